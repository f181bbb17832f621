import type { Change, Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { Snapshots, snapshotOf, type Snapshot } from './snapshots';

interface SetSetup {
  set: number;
  snap: string;
  /** What restoring replaced, or forgetting took away. */
  before?: Device['conf'] extends Map<string, infer Value> ? Value | null : never;
  taken?: Snapshot;
}

const setupOf = (task: Task): SetSetup => {
  const setup = task.setup as Partial<SetSetup> | undefined;
  if (setup?.set !== undefined) return setup as SetSetup;
  // A removal's own snapshot is told by its summary alone.
  return { set: Number(/set #(\d+)/.exec(task.summary)?.[1]), snap: task.snaps?.[0] ?? '' };
};

const save: TaskHandler<Device> = {
  do(device, task) {
    const { set, snap } = setupOf(task);
    const auto = task.summary.includes('automatic');
    device.parts.of(Snapshots).add(set, { ...snapshotOf(device, snap), ...(auto && { auto }) });
    return 'done';
  },
  undo(device, task) {
    const { set, snap } = setupOf(task);
    device.parts.of(Snapshots).take(set, snap);
    return 'done';
  },
};

const restore: TaskHandler<Device> = {
  do(device, task) {
    const setup = task.setup as SetSetup;
    const saved = device.parts
      .of(Snapshots)
      .sets.get(setup.set)
      ?.find(({ snap }) => snap === setup.snap);
    setup.before = device.conf.get(setup.snap) ?? null;
    if (saved?.conf) device.conf.set(setup.snap, saved.conf);
    else device.conf.delete(setup.snap);
    return 'done';
  },
  undo(device, task) {
    const { before, snap } = task.setup as SetSetup;
    if (before) device.conf.set(snap, before);
    else device.conf.delete(snap);
    return 'done';
  },
};

const forget: TaskHandler<Device> = {
  do(device, task) {
    const { set, snap } = task.setup as SetSetup;
    device.parts.of(Snapshots).take(set, snap);
    return 'done';
  },
};

export const SNAPSHOT_HANDLERS: readonly [string, TaskHandler<Device>][] = [
  ['save-snapshot', save],
  ['restore-snapshot', restore],
  ['forget-snapshot', forget],
];

/** Adds the task that saves one snap in a set. */
export function addSave(device: Device, change: Change, set: number, snap: string): void {
  const summary = `Save data of snap ${quote(snap)} in snapshot set #${set}`;
  const lane = device.changes.newLane();
  device.changes.addTask(change, { kind: 'save-snapshot', summary, lane, snaps: [snap], setup: { set, snap } });
}

/** Adds the task of an action on one snap of a set. */
export function addSetTask(
  device: Device,
  change: Change,
  action: 'check' | 'restore' | 'forget',
  { set, snap }: { set: number; snap: string },
): Task {
  const setup: SetSetup = { set, snap };
  const lane = device.changes.newLane();
  const data = `data of snap ${quote(snap)}`;
  if (action === 'restore') {
    const summary = `Restore ${data} from snapshot set #${set}`;
    return device.changes.addTask(change, { kind: 'restore-snapshot', summary, lane, snaps: [snap], setup });
  }
  const summary =
    action === 'check' ? `Check ${data} in snapshot set #${set}` : `Drop ${data} from snapshot set #${set}`;
  return device.changes.addTask(change, { kind: `${action}-snapshot`, summary, lane, setup });
}
