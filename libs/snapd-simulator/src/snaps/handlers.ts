import type { Change, Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import { roleOf } from '../device/boot-snaps';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import type { SnapSetup } from './build';
import { downloadHandler } from './downloads';
import type { InstalledSnap } from './installed';
import type { SnapPlan } from './plan';

type Handler = TaskHandler<Device>;

const setupOf = (task: Task): SnapSetup => task.setup as SnapSetup;

const undoable: Handler = { undo: 'nothing' };

const linkSnap: Handler = {
  do(device, task, change) {
    const setup = setupOf(task);
    const before = device.snaps.get(setup.plan.name);
    setup.before = before ? { ...before, sequence: [...before.sequence] } : null;
    device.snaps.set(setup.plan.name, linked(device, setup, before));
    if (before?.revision === setup.plan.revision) return 'done';
    const role = roleOf(device, setup.plan.name);
    if (role === 'snapd') restartDaemon(device, task, change);
    return before && (role === 'kernel' || role === 'boot-base') ? 'wait-for-reboot' : 'done';
  },
  undo(device, task) {
    const { before, plan, rolledBack } = setupOf(task);
    if (before) device.snaps.set(plan.name, before);
    else device.snaps.delete(plan.name);
    const role = roleOf(device, plan.name);
    // The boot loader that rolled back has the old revision up already.
    return before && !rolledBack && (role === 'kernel' || role === 'boot-base') ? 'wait-for-reboot' : 'done';
  },
};

/** A new snapd takes over; what follows waits for it, and says so over and over (§3.6). */
function restartDaemon(device: Device, task: Task, change: Change): void {
  device.changes.log(task, 'INFO', 'Requested daemon restart (snapd snap).');
  device.power.restartDaemon();
  for (const next of change.tasks.filter((other) => other.waits.includes(task))) {
    device.changes.log(next, 'INFO', 'Waiting for automatic snapd restart...');
    device.changes.setStatus(change, next, 'Doing');
  }
}

/** A gadget's assets are used from the next boot on. */
const updateAssets: Handler = {
  do(device, task) {
    const { plan, seeding } = setupOf(task);
    return !seeding && roleOf(device, plan.name) === 'gadget' ? 'wait-for-reboot' : 'done';
  },
  undo: 'nothing',
};

const updateBootConfig: Handler = {
  do(device, task) {
    const { plan } = setupOf(task);
    if (!device.store.snap(plan.name)?.revisions.get(plan.revision)?.newBootConfig) return 'done';
    device.changes.log(task, 'INFO', 'updated boot config assets');
    return 'wait-for-reboot';
  },
};

function linked(device: Device, { plan }: SnapSetup, before: InstalledSnap | undefined): InstalledSnap {
  const { failures: _failed, inhibitedNs: _waited, ...kept } = before ?? {};
  // Going back keeps the order of the sequence; anything else puts the revision at its end.
  const others = (before?.sequence ?? []).filter((revision) => plan.action === 'revert' || revision !== plan.revision);
  const sequence = others.includes(plan.revision) ? others : [...others, plan.revision];
  return {
    ...kept,
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
    return 'done';
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
  do(device, task, change) {
    const setup = task.setup as SnapSetup | undefined;
    // §10.27: the boot loader fell back to the old revision.
    if (setup?.rolledBack) {
      throw new Error(`cannot finish ${task.snaps?.[0]} installation, there was a rollback across reboot`);
    }
    if (setup) addProfiles(device, change, task, setup.plan);
    return 'done';
  },
  undo: 'nothing',
};

/** The profiles of the snap are made once its connections are known: a task more while the change runs (§3.4). */
function addProfiles(device: Device, change: Change, connect: Task, { name, revision }: SnapPlan): void {
  const summary = `Setup snap ${quote(name)} (${revision}) security profiles`;
  if (change.tasks.some((task) => task.summary === summary)) return;
  const { lane, snaps } = connect;
  const followers = change.tasks.filter((task) => task.waits.includes(connect));
  const profiles = device.changes.addTask(change, { kind: 'setup-profiles', summary, lane, snaps, waits: [connect] });
  for (const task of followers) task.waits.push(profiles);
}

const rerefresh: Handler = {
  do(device, task, change) {
    const fetched = change.tasks
      .filter((other) => other.kind === 'download-snap')
      .flatMap((other) => other.snaps ?? []);
    const linked = change.tasks.some(
      (other) => other.kind === 'link-snap' && other.status === 'Done' && fetched.includes(other.snaps?.[0] ?? ''),
    );
    if (linked) device.changes.log(task, 'INFO', 'No re-refreshes found.');
    return 'done';
  },
};

/** What the tasks of snap operations do to the device; kinds that are not here only take their time. */
export const SNAP_HANDLERS: readonly [string, Handler][] = [
  ['download-snap', downloadHandler],
  ...['mount-snap', 'prepare-snap', 'copy-snap-data', 'setup-profiles', 'set-auto-aliases', 'setup-aliases'].map(
    (kind): [string, Handler] => [kind, undoable],
  ),
  ...[
    'stop-snap-services',
    'start-snap-services',
    'remove-aliases',
    'remove-profiles',
    'save-snapshot',
    'prepare-kernel-snap',
  ].map((kind): [string, Handler] => [kind, undoable]),
  ['unlink-current-snap', { do: setActive(false), undo: setActive(true) }],
  ['unlink-snap', { do: setActive(false) }],
  ['link-snap', linkSnap],
  ['link-component', linkComponent],
  ['update-gadget-assets', updateAssets],
  ['update-managed-boot-config', updateBootConfig],
  ['auto-connect', autoConnect],
  ['discard-snap', discardSnap],
  ['switch-snap', switchSnap],
  ['switch-snap-channel', switchSnap],
  ['check-rerefresh', rerefresh],
];
