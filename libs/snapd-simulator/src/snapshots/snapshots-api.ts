import type { Change } from '../changes/change';
import { checkSnapConflict, notSeeded } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote, quoteAll } from '../go-text';
import { accepted, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { mediaType } from '../http/multipart';
import {
  decodeObjectStrictly,
  queryList,
  stringField,
  stringListField,
  type ApiRequest,
  type JsonObject,
} from '../http/request';
import type { RouteTable } from '../http/routes';
import type { SnapAction } from '../snaps/action-request';
import { packSet, unpackSet } from './archive';
import { addSave, addSetTask } from './snapshot-tasks';
import { snapshotJson, Snapshots } from './snapshots';

export const SNAPSHOT_ROUTES: RouteTable = [
  ['/v2/snapshots', { read: 'open', write: 'authenticated', GET: getSnapshots, POST: postSnapshots }],
  ['/v2/snapshots/{id}/export', { read: 'authenticated', write: 'authenticated', GET: getExport }],
];

const MEDIA_TYPE = 'application/x.snapd.snapshot';

/** GET /v2/snapshots, by `set` and `snaps`. */
function getSnapshots(device: Device, request: ApiRequest): Reply {
  const asked = request.query.get('set') ?? '';
  if (asked !== '' && !/^\d+$/.test(asked)) {
    throw badRequest(`'set', if given, must be a positive base 10 number; got ${quote(asked)}`);
  }
  const snaps = queryList(request, 'snaps');
  const sets = [...(device.parts.peek(Snapshots)?.sets ?? [])].filter(([set]) => asked === '' || set === Number(asked));
  return sync(
    sets
      .map(([id, all]) => ({ id, all: all.filter(({ snap }) => !snaps || snaps.includes(snap)) }))
      .filter(({ all }) => all.length > 0)
      .map(({ id, all }) => ({ id, snapshots: all.map((snapshot) => snapshotJson(id, snapshot)) })),
  );
}

/** GET /v2/snapshots/{id}/export: the set as one file. */
function getExport(device: Device, request: ApiRequest): Reply {
  const id = request.params.id ?? '';
  if (!/^\d+$/.test(id)) throw badRequest(`'id' must be a positive base 10 number; got ${quote(id)}`);
  const set = device.parts.peek(Snapshots)?.sets.get(Number(id));
  if (!set) throw badRequest(`cannot export ${id}: no snapshot data found for ${id}`);
  const body = Buffer.from(packSet(set));
  return { type: 'raw', contentType: MEDIA_TYPE, headers: { 'content-length': String(body.byteLength) }, body };
}

/** POST /v2/snapshots: an action on a set, or a set to import, told by its content type. */
function postSnapshots(device: Device, request: ApiRequest): Reply {
  if (mediaType(request) === MEDIA_TYPE) return importSet(device, request);
  const { value: body, trailing } = decodeObjectStrictly(request, 'snapshot operation');
  if (trailing) throw badRequest('extra content found after snapshot operation');
  const set = typeof body.set === 'number' ? body.set : 0;
  const action = stringField(body, 'action');
  if (set === 0) throw badRequest('snapshot operation requires snapshot set ID');
  if (action === '') throw badRequest('snapshot operation requires action');
  if (action !== 'check' && action !== 'restore' && action !== 'forget') {
    throw badRequest(`unknown snapshot operation ${quote(action)}`);
  }
  if (action === 'forget' && stringListField(body, 'users').length > 0) {
    throw badRequest('snapshot "forget" operation cannot specify users');
  }
  return accepted(startSetAction(device, action, set, body).id);
}

function startSetAction(device: Device, action: 'check' | 'restore' | 'forget', set: number, body: JsonObject): Change {
  const asked = stringListField(body, 'snaps');
  const all = device.parts.peek(Snapshots)?.sets.get(set);
  if (!all) throw notFound('no snapshot set with the given ID');
  const snaps = all.map(({ snap }) => snap).filter((snap) => asked.length === 0 || asked.includes(snap));
  if (snaps.length === 0) throw notFound('no snapshot for the requested snaps found in the set with the given ID');
  if (!device.seeded) throw notSeeded();
  checkSnapConflict(device.changes, snaps);
  const change = device.changes.spawn({
    kind: `${action}-snapshot`,
    summary: summaryOf(action, set, asked, stringListField(body, 'users')),
    snapNames: snaps,
  });
  const tasks = snaps.map((snap) => addSetTask(device, change, action, { set, snap }));
  if (action === 'restore') {
    const summary = `Cleanup after restore from snapshot set #${set}`;
    device.changes.addTask(change, { kind: 'cleanup-after-restore', summary, waits: tasks });
  }
  return change;
}

function summaryOf(action: string, set: number, snaps: readonly string[], users: readonly string[]): string {
  const of = `${action[0]?.toUpperCase()}${action.slice(1)} of snapshot set #${set}`;
  const forSnaps = snaps.length > 0 ? ` for snaps ${quoteAll(snaps)}` : '';
  return `${of}${forSnaps}${users.length > 0 ? ` for users ${quoteAll(users)}` : ''}`;
}

function importSet(device: Device, request: ApiRequest): Reply {
  const length = request.headers['content-length'] ?? '';
  if (!/^\d+$/.test(length)) {
    throw badRequest(`cannot parse Content-Length: strconv.ParseInt: parsing ${quote(length)}: invalid syntax`);
  }
  const { set, snaps } = unpackSet(device, request.body);
  return sync({ 'set-id': set, snaps });
}

/** POST /v2/snaps with action snapshot: a set of the named snaps, or of all. */
export function snapshotSnaps(device: Device, { snaps }: SnapAction): { change: Change; result: unknown } {
  const missing = snaps.find((name) => !device.snaps.has(name));
  if (missing !== undefined) {
    throw badRequest(`snap ${quote(missing)} is not installed`, 'snap-not-installed', missing);
  }
  const names = snaps.length > 0 ? snaps : [...device.snaps.keys()].sort();
  checkSnapConflict(device.changes, names);
  const set = device.parts.of(Snapshots).nextSet();
  const summary = snaps.length > 0 ? `Snapshot snaps ${quoteAll(snaps)}` : 'Snapshot all snaps';
  const change = device.changes.spawn({ kind: 'snapshot-snap', summary, snapNames: names });
  for (const name of names) addSave(device, change, set, name);
  return { change, result: { 'set-id': set } };
}
