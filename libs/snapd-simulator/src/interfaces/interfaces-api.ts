import type { Change } from '../changes/change';
import { checkSnapConflict, notSeeded } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { booleanField, decodeObject, stringField, type ApiRequest, type JsonObject } from '../http/request';
import type { RouteTable } from '../http/routes';
import { addConnectionTask, connectSummary, disconnectSummary } from './connect-tasks';
import {
  activeConnections,
  connectionId,
  Connections,
  connectionsOf,
  pair,
  type Connection,
  type EndName,
} from './connections';
import { allEnds, findEnd, SYSTEM_SNAP, type End } from './ends';
import { implicitSlots, SUMMARIES } from './implicit';

export const INTERFACE_ROUTES: RouteTable = [
  ['/v2/connections', { read: 'open', write: 'authenticated', GET: getConnections }],
  ['/v2/interfaces', { read: 'open', write: 'authenticated', GET: getInterfaces, POST: postInterfaces }],
];

/** GET /v2/connections: what is connected; with `select=all` every plug and slot, and what was undone by hand. */
function getConnections(device: Device, request: ApiRequest): Reply {
  const select = request.query.get('select') ?? '';
  if (select !== '' && select !== 'all') throw badRequest('unsupported select qualifier');
  const snap = request.query.get('snap') ?? '';
  if (snap !== '' && !device.snaps.has(snap)) throw snapNotFound(device, snap);
  const named = request.query.get('interface') ?? '';
  const wanted = ({ plug, slot, interface: name }: Connection): boolean =>
    (snap === '' || plug.snap === snap || slot.snap === snap) && (named === '' || name === named);
  const active = activeConnections(device).filter(wanted);
  const undesired = [...(device.parts.peek(Connections)?.byId.values() ?? [])].filter(
    (one) => one.undesired && wanted(one),
  );
  const ends = (side: 'plugs' | 'slots'): unknown[] =>
    allEnds(device, side)
      .map((end) => ({ end, connections: othersOf(active, end, side) }))
      .filter(({ end, connections }) => (select === 'all' ? matches(end, snap, named) : connections.length > 0))
      .map(({ end, connections }) => endJson(end, side === 'plugs' ? 'plug' : 'slot', connections));
  return sync({
    established: active.map((connection) => connectionJson(device, connection)),
    ...(select === 'all' &&
      undesired.length > 0 && { undesired: undesired.map((connection) => connectionJson(device, connection)) }),
    plugs: ends('plugs'),
    slots: ends('slots'),
  });
}

const matches = (end: End, snap: string, named: string): boolean =>
  (snap === '' || end.snap === snap) && (named === '' || end.interface === named);

/** Why nothing is told of a snap: before the first installation there is no list to look into (✔). */
export function snapNotFound(device: Device, name: string): ApiError {
  const why = device.snaps.size === 0 ? 'no state entry for key "snaps"' : 'no state entry for key';
  return notFound(why, 'snap-not-found', name);
}

function othersOf(active: readonly Connection[], end: End, side: 'plugs' | 'slots'): unknown[] {
  const [mine, other] = side === 'plugs' ? (['plug', 'slot'] as const) : (['slot', 'plug'] as const);
  return active
    .filter((connection) => connection[mine].snap === end.snap && connection[mine].name === end.name)
    .map((connection) => ({ snap: connection[other].snap, [other]: connection[other].name }));
}

function endJson(end: End, key: 'plug' | 'slot', connections: unknown[]): unknown {
  return {
    snap: end.snap,
    [key]: end.name,
    interface: end.interface,
    ...(end.attrs && { attrs: end.attrs }),
    ...(end.apps.length > 0 && { apps: end.apps }),
    ...(end.label !== undefined && { label: end.label }),
    ...(connections.length > 0 && { connections }),
  };
}

function connectionJson(device: Device, { plug, slot, interface: name, auto }: Connection): unknown {
  const plugAttrs = findEnd(device, 'plugs', plug.snap, plug.name)?.attrs;
  const slotAttrs = findEnd(device, 'slots', slot.snap, slot.name)?.attrs;
  return {
    slot: { snap: slot.snap, slot: slot.name },
    plug: { snap: plug.snap, plug: plug.name },
    interface: name,
    ...(!auto && { manual: true }),
    ...(slotAttrs && { 'slot-attrs': slotAttrs }),
    ...(plugAttrs && { 'plug-attrs': plugAttrs }),
  };
}

/** GET /v2/interfaces: without `select` the old form, plugs and slots by themselves, empty lists left out. */
function getInterfaces(device: Device, request: ApiRequest): Reply {
  const select = request.query.get('select') ?? '';
  if (select === '') return oldForm(device);
  if (select !== 'all' && select !== 'connected') throw badRequest('unsupported select qualifier');
  const names = (request.query.get('names') ?? '').split(',').filter((name) => name !== '');
  const connected = new Set(activeConnections(device).map((connection) => connection.interface));
  const known = [...new Set([...implicitSlots(device), 'content', ...connected])].sort();
  const shown = known.filter(
    (name) => (names.length === 0 || names.includes(name)) && (select === 'all' || connected.has(name)),
  );
  return sync(shown.map((name) => interfaceJson(device, name, request)));
}

function oldForm(device: Device): Reply {
  const active = activeConnections(device);
  const of = (side: 'plugs' | 'slots'): unknown[] =>
    allEnds(device, side).map((end) => endJson(end, side === 'plugs' ? 'plug' : 'slot', othersOf(active, end, side)));
  const [plugs, slots] = [of('plugs'), of('slots')];
  return sync({ ...(plugs.length > 0 && { plugs }), ...(slots.length > 0 && { slots }) });
}

function interfaceJson(device: Device, name: string, request: ApiRequest): unknown {
  const asked = (key: string): boolean => request.query.get(key) === 'true';
  const ends = (side: 'plugs' | 'slots'): unknown[] =>
    asked(side)
      ? allEnds(device, side)
          .filter((end) => end.interface === name)
          .map((end) => ({ snap: end.snap, [side === 'plugs' ? 'plug' : 'slot']: end.name }))
      : [];
  const [plugs, slots] = [ends('plugs'), ends('slots')];
  const summary = SUMMARIES[name];
  return {
    name,
    ...(summary !== undefined && { summary }),
    ...(asked('doc') && { 'doc-url': `https://snapcraft.io/docs/${name}-interface` }),
    ...(plugs.length > 0 && { plugs }),
    ...(slots.length > 0 && { slots }),
  };
}

/** POST /v2/interfaces */
function postInterfaces(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'an interface action');
  const action = stringField(body, 'action');
  if (action === '') throw badRequest('interface action not specified');
  const [plugs, slots] = [namesOf(body.plugs, 'plug'), namesOf(body.slots, 'slot')];
  if (plugs.length > 1 || slots.length > 1) throw new ApiError(501, 'many-to-many operations are not implemented');
  if (action !== 'connect' && action !== 'disconnect') {
    throw badRequest(`unsupported interface action: ${quote(action)}`);
  }
  const [plug, slot] = [plugs[0], slots[0]];
  if (!plug || !slot) throw badRequest('at least one plug and slot is required');
  if (!device.seeded) throw notSeeded();
  for (const { snap } of [plug, slot]) checkInstalled(device, snap);
  const change =
    action === 'connect' ? connect(device, plug, slot) : disconnect(device, plug, slot, booleanField(body, 'forget'));
  return accepted(change.id);
}

function namesOf(value: unknown, key: 'plug' | 'slot'): EndName[] {
  if (!Array.isArray(value)) return [];
  return (value as JsonObject[]).map((end) => ({
    snap: systemName(stringField(end, 'snap')),
    name: stringField(end, key),
  }));
}

const systemName = (snap: string): string => (snap === 'core' || snap === 'system' ? SYSTEM_SNAP : snap);

function checkInstalled(device: Device, snap: string): void {
  if (snap !== '' && !device.snaps.has(snap)) throw badRequest(`snap ${quote(snap)} is not installed`);
}

function connect(device: Device, plugName: EndName, slotName: EndName): Change {
  const plug = endOrError(device, 'plugs', plugName);
  const wanted = { snap: slotName.snap || SYSTEM_SNAP, name: slotName.name || plug.interface };
  const slot = endOrError(device, 'slots', wanted);
  if (plug.interface !== slot.interface) throw badRequest(mismatch(plug, slot));
  const connection = { ...pair(plug, slot), auto: false };
  const snaps = [...new Set([plug.snap, slot.snap])].sort();
  const about = { kind: 'connect-snap', summary: connectSummary(connection) };
  const known = device.parts.peek(Connections)?.byId.get(connectionId(connection.plug, connection.slot));
  if (known && !known.undesired) return device.changes.spawnDone(about);
  checkSnapConflict(device.changes, snaps);
  const change = device.changes.spawn(about);
  change.snapNames = snaps;
  addConnectionTask(device, change, 'connect', { connection }, { lane: device.changes.newLane(), waits: [] });
  return change;
}

const mismatch = (plug: End, slot: End): string =>
  `cannot connect ${plug.snap}:${plug.name} (${quote(plug.interface)} interface) to ` +
  `${slot.snap}:${slot.name} (${quote(slot.interface)} interface)`;

function endOrError(device: Device, side: 'plugs' | 'slots', { snap, name }: EndName): End {
  const end = findEnd(device, side, snap, name);
  if (!end) throw badRequest(`snap ${quote(snap)} has no ${side === 'plugs' ? 'plug' : 'slot'} named ${quote(name)}`);
  return end;
}

function disconnect(device: Device, plug: EndName, slot: EndName, forget: boolean): Change {
  const found = connectionsToUndo(device, plug, slot, forget);
  if (found.length === 0) throw badRequest('nothing to do', 'interfaces-unchanged');
  const snaps = [...new Set(found.flatMap((one) => [one.plug.snap, one.slot.snap]))].sort();
  checkSnapConflict(device.changes, snaps);
  const change = device.changes.spawn({ kind: 'disconnect-snap', summary: disconnectSummary({ plug, slot }) });
  change.snapNames = snaps;
  for (const connection of found) {
    const place = { lane: device.changes.newLane(), waits: [] };
    addConnectionTask(device, change, 'disconnect', { connection, forget }, place);
  }
  return change;
}

/** With both ends named that connection; with one, all of that end. */
function connectionsToUndo(device: Device, plug: EndName, slot: EndName, forget: boolean): Connection[] {
  const fits = (have: EndName, want: EndName): boolean =>
    want.name === '' || (have.name === want.name && (want.snap === '' || have.snap === want.snap));
  const all = connectionsOf(device, plug.name === '' ? slot.snap : plug.snap).filter(
    (one) => (forget || !one.undesired) && fits(one.plug, plug) && fits(one.slot, slot),
  );
  if (all.length > 0 || plug.name === '' || slot.name === '') return all;
  const verb = forget ? 'forget' : 'disconnect';
  const link = `${plug.snap}:${plug.name} from ${slot.snap}:${slot.name}`;
  throw badRequest(`cannot ${verb} ${link}, it is not connected`);
}
