import type { Change, Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { addSnapTasks, type SnapSetup } from './build';
import { storeInfo } from './local-snaps';
import { planInstall } from './plan';

/**
 * prerequisites: an app needs its base, and on classic the snapd snap; what is missing is installed by the same change,
 * before everything in it that has not begun.
 */
export const prerequisites: TaskHandler<Device> = {
  do(device, task, change) {
    const { plan, seeding } = (task.setup as SnapSetup | undefined) ?? {};
    if (!plan || seeding || !task.summary.startsWith('Ensure')) return 'done';
    const inStore = device.store.snap(plan.name);
    const info = plan.file?.info ?? (inStore && storeInfo(inStore, plan.revision));
    if (info?.type !== 'app') return 'done';
    // Every file names a base or means core; a snap of the simulated store without one needs none.
    const base = info.base ?? (plan.file ? 'core' : 'none');
    const missing = [
      ...(base === 'none' ? [] : [{ name: base, what: 'snap base' }]),
      ...(device.classic ? [{ name: 'snapd', what: 'system snap' }] : []),
    ].filter(({ name }) => !device.snaps.has(name) && !isComing(device, name));
    for (const { name, what } of missing) bring(device, change, name, what);
    return 'done';
  },
};

const isComing = (device: Device, name: string): boolean =>
  device.changes
    .unready()
    .some((change) => change.tasks.some(({ kind, snaps }) => kind === 'link-snap' && snaps?.[0] === name));

function bring(device: Device, change: Change, name: string, what: string): void {
  const later = change.tasks.filter(({ status, closing }) => status === 'Do' && closing === undefined);
  const last = lastTaskOf(device, change, name, what);
  for (const task of later) if (last) task.waits.push(last);
}

function lastTaskOf(device: Device, change: Change, name: string, what: string): Task | undefined {
  try {
    return addSnapTasks(device, change, planInstall(device, name, {}), device.changes.newLane());
  } catch (cause) {
    throw new Error(`cannot install ${what} ${quote(name)}: ${(cause as Error).message}`, { cause });
  }
}
