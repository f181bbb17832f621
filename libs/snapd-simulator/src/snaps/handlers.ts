import type { Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import { fullSnapType } from '../device/boot-snaps';
import type { Device } from '../device/device';
import type { SnapSetup } from './build';
import type { InstalledSnap } from './installed';

type Handler = TaskHandler<Device>;

const setupOf = (task: Task): SnapSetup => task.setup as SnapSetup;

const undoable: Handler = { undo: 'nothing' };

const linkSnap: Handler = {
  do(device, task) {
    const setup = setupOf(task);
    const before = device.snaps.get(setup.plan.name);
    setup.before = before ? { ...before, sequence: [...before.sequence] } : null;
    device.snaps.set(setup.plan.name, linked(device, setup, before));
    if (!before || before.revision === setup.plan.revision) return 'done';
    const type = fullSnapType(device, setup.plan.name);
    if (type === 'boot') return 'wait-for-reboot';
    if (type === 'snapd') {
      device.changes.log(task, 'INFO', 'Requested daemon restart (snapd snap).');
      device.power.restartDaemon();
    }
    return 'done';
  },
  undo(device, task) {
    const { before, plan } = setupOf(task);
    if (before) device.snaps.set(plan.name, before);
    else device.snaps.delete(plan.name);
  },
};

function linked(device: Device, { plan }: SnapSetup, before: InstalledSnap | undefined): InstalledSnap {
  // Going back keeps the order of the sequence; anything else puts the revision at its end.
  const others = (before?.sequence ?? []).filter((revision) => plan.action === 'revert' || revision !== plan.revision);
  const sequence = others.includes(plan.revision) ? others : [...others, plan.revision];
  return {
    ...before,
    name: plan.name,
    active: true,
    revision: plan.revision,
    tracking: plan.tracking,
    channel: plan.tracking,
    sequence,
    installedNs: device.clock.nowNs(),
    cohort: plan.cohort,
    ...(plan.ignoreValidation && { ignoreValidation: true }),
  };
}

/** link-component: the revisions of the plan are those the snap has from now on. */
const linkComponent: Handler = {
  do(device, task) {
    const { plan } = setupOf(task);
    const installed = device.snaps.get(plan.name);
    if (installed)
      installed.components = new Map([...(installed.components ?? []), ...Object.entries(plan.components ?? {})]);
    return 'done';
  },
  undo(device, task) {
    const { plan } = setupOf(task);
    for (const name of Object.keys(plan.components ?? {})) device.snaps.get(plan.name)?.components?.delete(name);
  },
};

const setActive =
  (active: boolean) =>
  (device: Device, task: Task): 'done' => {
    const installed = device.snaps.get(task.snaps?.[0] ?? '');
    if (installed) installed.active = active;
    return 'done';
  };

const discardSnap: Handler = {
  do(device, task) {
    const name = task.snaps?.[0] ?? '';
    const revision = Number(/\((\d+)\)/.exec(task.summary)?.[1]);
    const installed = device.snaps.get(name);
    if (!installed) return 'done';
    installed.sequence = installed.sequence.filter((other) => other !== revision);
    if (installed.sequence.length > 0) return 'done';
    device.snaps.delete(name);
    device.conf.delete(name);
    return 'done';
  },
};

const switchSnap: Handler = {
  do(device, task) {
    const { plan } = setupOf(task);
    const installed = device.snaps.get(plan.name);
    if (installed) Object.assign(installed, { tracking: plan.tracking, cohort: plan.cohort });
    return 'done';
  },
};

const autoConnect: Handler = {
  do(_device, task) {
    // §10.27: the boot loader fell back to the old revision.
    if ((task.setup as SnapSetup | undefined)?.rolledBack) {
      throw new Error(`cannot finish ${task.snaps?.[0]} installation, there was a rollback across reboot`);
    }
    return 'done';
  },
  undo: 'nothing',
};

const rerefresh: Handler = {
  do(device, task) {
    device.changes.log(task, 'INFO', 'No re-refreshes found.');
    return 'done';
  },
};

/** What the tasks of snap operations do to the device; kinds that are not here only take their time. */
export const SNAP_HANDLERS: readonly [string, Handler][] = [
  ['download-snap', { undo: 'nothing', cancelled: () => 'the download has been cancelled: context canceled' }],
  ...['mount-snap', 'prepare-snap', 'copy-snap-data', 'setup-profiles', 'set-auto-aliases', 'setup-aliases'].map(
    (kind): [string, Handler] => [kind, undoable],
  ),
  ...['stop-snap-services', 'start-snap-services', 'remove-aliases', 'remove-profiles', 'save-snapshot'].map(
    (kind): [string, Handler] => [kind, undoable],
  ),
  ['unlink-current-snap', { do: setActive(false), undo: setActive(true) }],
  ['unlink-snap', { do: setActive(false) }],
  ['link-snap', linkSnap],
  ['link-component', linkComponent],
  ['auto-connect', autoConnect],
  ['discard-snap', discardSnap],
  ['switch-snap', switchSnap],
  ['switch-snap-channel', switchSnap],
  ['check-rerefresh', rerefresh],
];
