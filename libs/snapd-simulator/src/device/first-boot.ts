import type { Change, Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import { quote } from '../go-text';
import { addChain, type SnapSetup } from '../snaps/build';
import { seedConfigureSteps, seedSteps, type ChainAbout, type Step } from '../snaps/task-lists';
import type { FactorySnap } from '../options';
import { roleOf, type SnapRole } from './boot-snaps';
import type { Device } from './device';
import { register } from './registration';

const ORDER: readonly SnapRole[] = ['snapd', 'boot-base', 'kernel', 'gadget', 'base', 'app'];

/** The change of a first boot: every snap of the recovery system in turn, then their configure hooks (§3.5). */
export function seed(device: Device): Change {
  const change = device.changes.spawn({ kind: 'seed', summary: 'Initialize system state' });
  const snaps = device.options.snaps.map((snap) => seeded(device, snap));
  snaps.sort((a, b) => ORDER.indexOf(a.about.role) - ORDER.indexOf(b.about.role));
  let last: Task | undefined;
  for (const { about, setup } of snaps) last = addSteps(device, change, seedSteps(about), about, setup, last);
  last = addHook(device, change, last);
  for (const { about, setup } of snaps) last = addSteps(device, change, seedConfigureSteps(about), about, setup, last);
  const waits = last ? [last] : [];
  device.changes.addTask(change, { kind: 'mark-seeded', summary: 'Mark system seeded', waits });
  return change;
}

function seeded(device: Device, factory: FactorySnap): { about: ChainAbout; setup: SnapSetup } {
  const { name, tracking, channel, revision } = device.factoryRecord(factory);
  const about = { snap: name, revision: String(revision), channel, role: roleOf(device, name) };
  return {
    about,
    setup: { plan: { name, action: 'install', revision, channel, tracking, sizeBytes: 0 }, seeding: true },
  };
}

function addSteps(
  device: Device,
  change: Change,
  steps: readonly Step[],
  { snap }: ChainAbout,
  setup: SnapSetup,
  after: Task | undefined,
): Task | undefined {
  return addChain(device, change, steps, { lane: 0, snap, setup, after }) ?? after;
}

function addHook(device: Device, change: Change, after: Task | undefined): Task {
  const summary = `Run configure hook of ${quote('core')} snap if present`;
  return device.changes.addTask(change, { kind: 'run-hook', summary, waits: after ? [after] : [] });
}

/** mark-seeded: from now on operations are accepted, and the device asks for its serial. */
export const markSeeded: TaskHandler<Device> = {
  do(device) {
    device.finishSeeding();
    register(device);
    return 'done';
  },
};
