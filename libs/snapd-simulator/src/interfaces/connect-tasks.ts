import type { Change, Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import { quote } from '../go-text';
import { revisionText } from '../snaps/local-snaps';
import {
  automaticConnections,
  connectionId,
  Connections,
  connectionsOf,
  type Connection,
  type EndName,
} from './connections';

/** What a connect or disconnect task works on. */
export interface ConnectionSetup {
  connection: Connection;
  /** The record as it was before the task. */
  before?: Connection;
  /** Forgets the connection: it may come back by itself. */
  forget?: boolean;
}

const textOf = ({ snap, name }: EndName): string => `${snap}:${name}`;

/** `Connect a:p to b:s`, as change and task both say. */
export const connectSummary = ({ plug, slot }: Pick<Connection, 'plug' | 'slot'>): string =>
  `Connect ${textOf(plug)} to ${textOf(slot)}`;

export const disconnectSummary = ({ plug, slot }: Pick<Connection, 'plug' | 'slot'>): string =>
  `Disconnect ${textOf(plug)} from ${textOf(slot)}`;

/** Adds one task that makes or undoes a connection. */
export function addConnectionTask(
  device: Device,
  change: Change,
  kind: 'connect' | 'disconnect',
  setup: ConnectionSetup,
  place: { lane: number; waits: Task[] },
): Task {
  const { connection } = setup;
  const summary = kind === 'connect' ? connectSummary(connection) : disconnectSummary(connection);
  const snaps = [...new Set([connection.plug.snap, connection.slot.snap])].sort();
  return device.changes.addTask(change, { kind, summary, snaps, setup, ...place });
}

/** Adds, while `task` runs, a connect task for all that the snap connects to by itself, and the set-up of its profiles. */
export function addAutomaticConnections(device: Device, change: Change, task: Task, revision: number): void {
  const snap = task.snaps?.[0] ?? '';
  const found = automaticConnections(device, snap);
  const old = isBefore(device, '2.75');
  if (old && found.length === 0) return;
  const followers = change.tasks.filter((other) => other.waits.includes(task));
  const place = { lane: task.lane, waits: [task] };
  const connects = found.map((connection) => addConnectionTask(device, change, 'connect', { connection }, place));
  const why = old ? ' for auto-connections' : '';
  const profiles = device.changes.addTask(change, {
    kind: 'setup-profiles',
    summary: `Setup snap ${quote(snap)} (${revisionText(revision)}) security profiles${why}`,
    snaps: [snap],
    lane: task.lane,
    waits: [task, ...connects],
  });
  for (const follower of followers) follower.waits.push(profiles);
}

export const connectHandler: TaskHandler<Device> = {
  do(device, task) {
    const setup = task.setup as ConnectionSetup;
    remember(device, setup);
    const { plug, slot } = setup.connection;
    device.parts.of(Connections).byId.set(connectionId(plug, slot), setup.connection);
    return 'done';
  },
  undo: restore,
};

export const disconnectHandler: TaskHandler<Device> = {
  do(device, task) {
    const setup = task.setup as ConnectionSetup;
    remember(device, setup);
    const { connection, forget } = setup;
    const { byId } = device.parts.of(Connections);
    const id = connectionId(connection.plug, connection.slot);
    if (connection.auto && !forget) byId.set(id, { ...connection, undesired: true });
    else byId.delete(id);
    return 'done';
  },
  undo: restore,
};

/** Adds a disconnect task for every connection of a snap that is being removed. */
export const autoDisconnectHandler: TaskHandler<Device> = {
  do(device, task, change) {
    const followers = change.tasks.filter((other) => other.waits.includes(task));
    const all = connectionsOf(device, task.snaps?.[0] ?? '');
    const established = all.filter(({ undesired }) => !undesired);
    const place = { lane: task.lane, waits: [task] };
    const added = established.map((connection) =>
      addConnectionTask(device, change, 'disconnect', { connection, forget: true }, place),
    );
    for (const follower of followers) follower.waits.push(...added);
    const { byId } = device.parts.of(Connections);
    for (const { plug, slot } of all.filter(({ undesired }) => undesired)) byId.delete(connectionId(plug, slot));
    return 'done';
  },
};

function remember(device: Device, setup: ConnectionSetup): void {
  const { plug, slot } = setup.connection;
  setup.before = device.parts.of(Connections).byId.get(connectionId(plug, slot));
}

function restore(device: Device, task: Task): 'done' {
  const { connection, before } = task.setup as ConnectionSetup;
  const { byId } = device.parts.of(Connections);
  const id = connectionId(connection.plug, connection.slot);
  if (before) byId.set(id, before);
  else byId.delete(id);
  return 'done';
}
