import type { Change, Task } from '../changes/change';
import { valueAt } from '../conf/document';
import { roleOf } from '../device/boot-snaps';
import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import { quoteAll } from '../go-text';
import type { InstalledSnap } from './installed';
import type { SnapPlan } from './plan';
import { withComponentSteps, withOwnComponents } from './components';
import { revisionText } from './local-snaps';
import { installSteps, refreshSteps, revertSteps, switchSteps, type Step } from './task-lists';

/** What the tasks of one snap share. */
export interface SnapSetup {
  plan: SnapPlan;
  /** The record as it was before link-snap; null when there was none. */
  before?: InstalledSnap | null;
  /** The components as they were before link-component or unlink-current-component. */
  componentsBefore?: Pick<InstalledSnap, 'components' | 'componentFiles'>;
  /** The component that is taken away. */
  dropped?: string;
  /** The boot into this revision failed and the old one came up again. */
  rolledBack?: boolean;
  /** The snap comes with the system, at its first boot. */
  seeding?: boolean;
  /** The snap was disabled and is linked again. */
  enabling?: boolean;
}

/** Adds the chain of one snap; returns its last task. */
export function addSnapTasks(device: Device, change: Change, wanted: SnapPlan, lane: number): Task | undefined {
  const plan = wanted.action === 'refresh' ? withOwnComponents(device, wanted) : wanted;
  const setup: SnapSetup = { plan };
  const sizeBytes = device.downloads.has(plan.name, plan.revision) ? undefined : plan.sizeBytes;
  const steps = withComponentSteps(device, plan, stepsOf(device, plan));
  return addChain(device, change, steps, { lane, snap: plan.name, setup, sizeBytes });
}

/** Adds steps that run one after the other, the first after `after`; returns the last of them. */
export function addChain(
  device: Device,
  change: Change,
  steps: readonly Step[],
  about: { lane: number; snap: string; setup?: unknown; sizeBytes?: number; after?: Task },
): Task | undefined {
  const snaps = [about.snap];
  let previous = about.after;
  let added: Task | undefined;
  for (const [kind, summary] of steps) {
    previous = added = device.changes.addTask(change, {
      kind,
      summary,
      lane: about.lane,
      snaps,
      setup: about.setup,
      waits: previous ? [previous] : [],
      ...(kind === 'download-snap' && { sizeBytes: about.sizeBytes }),
    });
  }
  return added;
}

/** Tasks at the end of a change that installs or refreshes: they start when all else is ready (§3.7). */
export function addClosingTasks(device: Device, change: Change, refreshed: readonly string[]): void {
  if (refreshed.length > 0) {
    const snaps = refreshed.length === 1 ? 'snap' : 'snaps';
    const summary = `Monitoring ${snaps} ${quoteAll(refreshed)} to determine whether extra refresh steps are required`;
    device.changes.addTask(change, { kind: 'check-rerefresh', summary, closing: 2 });
  }
  if (isBefore(device, '2.75')) return;
  const summary = 'Process delayed security backend side effects for affected snaps';
  device.changes.addTask(change, { kind: 'process-delayed-security-backend-effects', summary, closing: 1 });
}

function stepsOf(device: Device, plan: SnapPlan): Step[] {
  const { name, revision, channel } = plan;
  const installed = device.snaps.get(name);
  const about = {
    snap: name,
    revision: revisionText(revision),
    channel,
    role: roleOf(device, name, plan.file?.info.type),
    classic: device.classic,
    old: isBefore(device, '2.75'),
    ...(plan.file && { file: plan.path }),
  };
  switch (plan.action) {
    case 'install':
      return installSteps(about);
    case 'revert':
      return revertSteps(about);
    case 'switch':
      return switchSteps('switch-snap-channel', name, installed?.tracking ?? '', plan.tracking);
    case 'components':
      return [];
    case 'refresh': {
      const onDisk = installed?.sequence.includes(revision) ?? false;
      return refreshSteps({ ...about, onDisk }, onDisk ? [] : discardedBy(device, installed).map(revisionText));
    }
  }
}

function discardedBy(device: Device, installed: InstalledSnap | undefined): number[] {
  const revisions = installed?.sequence ?? [];
  const kept = new Set([...revisions.slice(-(retained(device) - 1)), installed?.revision]);
  return revisions.filter((revision) => !kept.has(revision));
}

/** Revisions of a snap that stay on disk: `refresh.retain`, by default 3 on Core and 2 on classic. */
function retained(device: Device): number {
  const set = valueAt(device.conf.get('core') ?? {}, 'refresh.retain');
  return Number(set ?? (device.isCore ? 3 : 2));
}
