import type { Device } from '../device/device';
import { badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObject, stringField, type ApiRequest } from '../http/request';
import { changeIsReady, type Change } from './change';
import { changeJson } from './json';
import type { RouteTable } from '../http/routes';

export const CHANGE_ROUTES: RouteTable = [
  [
    '/v2/changes',
    { read: { level: 'open', interfaces: ['snap-refresh-observe'] }, write: 'authenticated', GET: getChanges },
  ],
  [
    '/v2/changes/{id}',
    {
      read: { level: 'open', interfaces: ['snap-refresh-observe', 'ros-snapd-support'] },
      write: 'authenticated',
      GET: getChange,
      POST: postChange,
    },
  ],
];

type Selection = (change: Change) => boolean;

const SELECTIONS = new Map<string, Selection>([
  ['', (change) => !changeIsReady(change)],
  ['in-progress', (change) => !changeIsReady(change)],
  ['ready', changeIsReady],
  ['all', () => true],
]);

/** GET /v2/changes (§10.26). Newest first here: snapd's order is random, so no caller may rely on it. */
function getChanges(device: Device, request: ApiRequest): Reply {
  const select = SELECTIONS.get(request.query.get('select') ?? '');
  if (!select) throw badRequest('select should be one of: all,in-progress,ready');
  const snap = request.query.get('for') ?? '';
  const now = device.clock.nowNs();
  const found = device.changes.all().filter((change) => select(change) && concerns(change, snap));
  return sync(found.reverse().map((change) => changeJson(change, now)));
}

/** GET /v2/changes/{id} */
export function getChange(device: Device, request: ApiRequest): Reply {
  return sync(changeJson(knownChange(device, request), device.clock.nowNs()));
}

/** POST /v2/changes/{id}: answers the change right after flagging, before anything has been stopped (§10.25). */
function postChange(device: Device, request: ApiRequest): Reply {
  const change = knownChange(device, request);
  const action = stringField(decodeObject(request, 'cannot decode data from request body'), 'action');
  if (action !== 'abort') throw badRequest(`change action ${JSON.stringify(action)} is unsupported`);
  if (changeIsReady(change)) throw badRequest(`cannot abort change ${change.id} with nothing pending`);
  device.runner.abort(change);
  return sync(changeJson(change, device.clock.nowNs()));
}

function knownChange(device: Device, request: ApiRequest): Change {
  const id = request.params.id ?? '';
  const change = /^\d+$/.test(id) ? device.changes.get(Number(id)) : undefined;
  if (!change) throw notFound(`cannot find change with id ${JSON.stringify(id)}`);
  return change;
}

function concerns(change: Change, snap: string): boolean {
  return snap === '' || (change.snapNames ?? []).some((name) => name.split('.')[0] === snap);
}
