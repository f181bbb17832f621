import type { Change, Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import { roleOf } from '../device/boot-snaps';
import type { Device } from '../device/device';
import { Aliases } from '../aliases/aliases';
import { addAutomaticConnections } from '../interfaces/connect-tasks';
import type { SnapSetup } from './build';
import { downloadHandler } from './downloads';
import type { InstalledSnap } from './installed';
import { LocalSnaps, revisionText } from './local-snaps';
import { prerequisites } from './prerequisites';
import { autoConnectStep } from './task-lists';

type Handler = TaskHandler<Device>;

const setupOf = (task: Task): SnapSetup => task.setup as SnapSetup;

const undoable: Handler = { undo: 'nothing' };

const linkSnap: Handler = {
  do(device, task, change) {
    const setup = setupOf(task);
    const before = device.snaps.get(setup.plan.name);
    setup.before = before ? { ...before, sequence: [...before.sequence] } : null;
    device.snaps.set(setup.plan.name, linked(device, setup, before));
    if (setup.enabling) addAutoConnect(device, task, change);
    const role = roleOf(device, setup.plan.name);
    if (role === 'snapd' && before?.revision !== setup.plan.revision) restartDaemon(device, task, change);
    return before && before.revision !== setup.plan.revision && (role === 'kernel' || role === 'boot-base')
      ? 'wait-for-reboot'
      : 'done';
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

/** Enabling a snap looks for its connections again (✔). */
function addAutoConnect(device: Device, task: Task, change: Change): void {
  const followers = change.tasks.filter((other) => other.waits.includes(task));
  const [kind, summary] = autoConnectStep(task.snaps?.[0] ?? '');
  const { lane, snaps, setup } = task;
  const connect = device.changes.addTask(change, { kind, summary, lane, snaps, setup, waits: [task] });
  for (const follower of followers) follower.waits.push(connect);
  device.changes.log(task, 'INFO', 'added auto-connect task');
}

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
  // Going back, and enabling again, keep the order of the sequence; anything else puts the revision at its end.
  const stays = plan.action === 'revert' || plan.revision === before?.revision;
  const others = (before?.sequence ?? []).filter((revision) => stays || revision !== plan.revision);
  const sequence = others.includes(plan.revision) ? others : [...others, plan.revision];
  return {
    ...kept,
    ...componentsAt(plan.revision, before),
    name: plan.name,
    active: true,
    revision: plan.revision,
    tracking: plan.tracking,
    channel: plan.tracking,
    sequence,
    ...(plan.devmode && { devmode: true }),
    ...(plan.tried && { tried: plan.path }),
    installedNs: device.clock.nowNs(),
    cohort: plan.cohort,
    ...(plan.ignoreValidation && { ignoreValidation: true }),
  };
}

/** The components that the revision had when it was last the current one; none when it is new. */
function componentsAt(revision: number, before: InstalledSnap | undefined): Partial<InstalledSnap> {
  if (!before || before.revision === revision) return {};
  const { components, componentFiles, componentsOfOthers } = before;
  if (!components && !componentsOfOthers) return {};
  const others = new Map(componentsOfOthers).set(before.revision, { components, componentFiles });
  return { components: undefined, componentFiles: undefined, ...others.get(revision), componentsOfOthers: others };
}

/** link-component: the revisions of the plan are those the snap has from now on. */
const linkComponent: Handler = {
  do(device, task) {
    const { plan } = setupOf(task);
    const files = Object.entries(plan.componentFiles ?? {});
    const installedNs = device.clock.nowNs();
    changeComponents(device, task, ({ components, componentFiles }) => ({
      components: new Map([...(components ?? []), ...Object.entries(plan.components ?? {})]),
      ...(files.length > 0 && {
        componentFiles: new Map([
          ...(componentFiles ?? []),
          ...files.map(([name, file]) => [name, { ...file, installedNs }] as const),
        ]),
      }),
    }));
    return 'done';
  },
  undo: putComponentsBack,
};

/** unlink-current-component: at a removal the component is gone; at an update link-component replaces it. */
const unlinkComponent: Handler = {
  do(device, task) {
    const { dropped } = setupOf(task);
    if (dropped === undefined) return 'done';
    changeComponents(device, task, ({ components, componentFiles }) => ({
      components: new Map([...(components ?? [])].filter(([name]) => name !== dropped)),
      componentFiles: new Map([...(componentFiles ?? [])].filter(([name]) => name !== dropped)),
    }));
    return 'done';
  },
  undo: putComponentsBack,
};

type Components = Pick<InstalledSnap, 'components' | 'componentFiles'>;

function changeComponents(device: Device, task: Task, change: (before: Components) => Components): void {
  const setup = setupOf(task);
  const installed = device.snaps.get(setup.plan.name);
  if (!installed) return;
  const { components, componentFiles } = installed;
  setup.componentsBefore ??= { components, componentFiles };
  Object.assign(installed, change(installed));
}

function putComponentsBack(device: Device, task: Task): 'done' {
  const { plan, componentsBefore } = setupOf(task);
  const installed = device.snaps.get(plan.name);
  if (installed) Object.assign(installed, componentsBefore);
  return 'done';
}

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
    const text = /\((x?\d+)\)/.exec(task.summary)?.[1] ?? '';
    const installed = device.snaps.get(name);
    if (!installed) return 'done';
    const revision = installed.sequence.find((other) => revisionText(other) === text) ?? 0;
    installed.sequence = installed.sequence.filter((other) => other !== revision);
    if (revision < 0) device.parts.peek(LocalSnaps)?.remove(name, revision);
    if (installed.sequence.length > 0) return 'done';
    device.snaps.delete(name);
    device.conf.delete(name);
    device.parts.peek(Aliases)?.forget(name);
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
    if (setup) addAutomaticConnections(device, change, task, setup.plan.revision);
    return 'done';
  },
  undo: 'nothing',
};

/** An uploaded file becomes the snap's next local revision. */
const prepareSnap: Handler = {
  do(device, task) {
    const { plan } = (task.setup as SnapSetup | undefined) ?? {};
    if (plan?.file && plan.revision <= 0) plan.revision = device.parts.of(LocalSnaps).add(plan.name, plan.file);
    return 'done';
  },
  undo(device, task) {
    const { plan } = (task.setup as SnapSetup | undefined) ?? {};
    if (plan?.file) device.parts.of(LocalSnaps).remove(plan.name, plan.revision);
    return 'done';
  },
};

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
  ...['mount-snap', 'copy-snap-data', 'setup-profiles', 'set-auto-aliases', 'setup-aliases'].map(
    (kind): [string, Handler] => [kind, undoable],
  ),
  ...['stop-snap-services', 'start-snap-services', 'remove-aliases', 'remove-profiles', 'prepare-kernel-snap'].map(
    (kind): [string, Handler] => [kind, undoable],
  ),
  ['unlink-current-snap', { do: setActive(false), undo: setActive(true) }],
  ['unlink-snap', { do: setActive(false), undo: setActive(true) }],
  ['link-snap', linkSnap],
  ['link-component', linkComponent],
  ['unlink-current-component', unlinkComponent],
  ['update-gadget-assets', updateAssets],
  ['update-managed-boot-config', updateBootConfig],
  ['prerequisites', prerequisites],
  ['prepare-snap', prepareSnap],
  ['auto-connect', autoConnect],
  ['discard-snap', discardSnap],
  ['switch-snap', switchSnap],
  ['switch-snap-channel', switchSnap],
  ['check-rerefresh', rerefresh],
];
