import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { storeError } from '../store/store-errors';
import type { SnapSetup } from './build';

/**
 * prerequisites: a snap from a file needs the snapd snap and its base; out of reach of a store that has them, it fails.
 * Bases that the store would bring by itself are not simulated.
 */
export const prerequisites: TaskHandler<Device> = {
  do(device, task) {
    const { plan } = (task.setup as SnapSetup | undefined) ?? {};
    if (!plan?.file || !task.summary.startsWith('Ensure')) return 'done';
    const { type, base } = plan.file.info;
    if (type !== 'snapd') need(device, 'snapd', 'system snap');
    if (type === 'app' && base !== 'none') need(device, base ?? 'core', 'snap base');
    return 'done';
  },
};

function need(device: Device, name: string, what: string): void {
  if (device.snaps.has(name)) return;
  if (device.store.unreachable) {
    throw new Error(`cannot install ${what} ${quote(name)}: ${storeError(device, 'Post', 'snaps/refresh')}`);
  }
  if (!device.store.snap(name)) throw new Error(`cannot install ${what} ${quote(name)}: snap not found`);
}
