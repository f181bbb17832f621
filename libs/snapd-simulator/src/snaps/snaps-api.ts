import type { Change } from '../changes/change';
import { notSeeded } from '../changes/conflict';
import type { Device } from '../device/device';
import { quoteAll } from '../go-text';
import { accepted, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { queryList, type ApiRequest } from '../http/request';
import { parseSnapAction, type SnapAction } from './action-request';
import { mediaType, readForm } from '../http/multipart';
import { snapshotSnaps } from '../snapshots/snapshots-api';
import { MANY_ACTIONS } from './many';
import { ONE_ACTIONS } from './one';
import { Refusal } from './plan';
import { modeFault } from './mode';
import { sideload } from './sideload';
import { snapJson } from './snap-json';
import type { RouteTable } from '../http/routes';

export const SNAP_ROUTES: RouteTable = [
  [
    '/v2/snaps',
    {
      read: { level: 'open', interfaces: ['snap-refresh-observe', 'desktop-launch'] },
      write: 'authenticated',
      GET: getSnaps,
      POST: postSnaps,
    },
  ],
  [
    '/v2/snaps/{name}',
    {
      read: {
        level: 'open',
        interfaces: ['snap-interfaces-requests-control', 'snap-refresh-observe', 'desktop-launch'],
      },
      write: 'authenticated',
      GET: getSnap,
      POST: postSnap,
    },
  ],
];

const LOCAL = { sources: ['local'] };

/** GET /v2/snaps: the present revision of each, of disabled ones too whatever the word `enabled` says; `all` for every one. */
function getSnaps(device: Device, request: ApiRequest): Reply {
  const select = request.query.get('select') ?? '';
  if (!['', 'enabled', 'all', 'refresh-inhibited'].includes(select)) {
    // Sic: snapd formats the empty rune of its own, not the text.
    throw badRequest("invalid select parameter: '\\x00'");
  }
  const names = queryList(request, 'snaps');
  const found = [...device.snaps.values()]
    .filter((snap) => select !== 'refresh-inhibited' || snap.inhibitedNs !== undefined)
    .filter((snap) => !names || names.includes(snap.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const all = select === 'all';
  const result = found.flatMap((snap) =>
    (all ? snap.sequence : [snap.revision]).map((revision) => snapJson(device, snap, revision)),
  );
  return sync(result, LOCAL);
}

/** GET /v2/snaps/{name} */
function getSnap(device: Device, request: ApiRequest): Reply {
  const name = request.params.name ?? '';
  const snap = device.snaps.get(name);
  if (!snap) throw notFound('snap not installed', 'snap-not-found', name);
  return sync(snapJson(device, snap));
}

/** POST /v2/snaps/{name} */
function postSnap(device: Device, request: ApiRequest): Reply {
  const action = parseSnapAction(request);
  const name = request.params.name ?? '';
  const act = ONE_ACTIONS[action.action];
  if (!act) throw badRequest(`unknown action ${action.action}`);
  return start(device, action.action, [name], () => {
    checkMode(device, action);
    return act(device, name, action);
  });
}

/** POST /v2/snaps (§10.20, 21) */
function postSnaps(device: Device, request: ApiRequest): Reply {
  if (mediaType(request) === 'multipart/form-data') return postForm(device, request);
  checkContentType(request);
  const action = parseSnapAction(request);
  if (action.action === 'snapshot') return postSnapshot(device, action);
  const act = MANY_ACTIONS[action.action];
  if (action.singleOnly) throw badRequest('unsupported option provided for multi-snap operation');
  if (!act) throw badRequest(`unsupported multi-snap operation ${JSON.stringify(action.action)}`);
  return start(device, action.action, action.snaps, () => {
    checkSets(action);
    return act(device, action);
  });
}

function postForm(device: Device, request: ApiRequest): Reply {
  const form = readForm(request);
  if (!device.seeded) throw notSeeded();
  return accepted(sideload(device, form).id);
}

function postSnapshot(device: Device, action: SnapAction): Reply {
  if (!device.seeded) throw notSeeded();
  const { change, result } = snapshotSnaps(device, action);
  return accepted(change.id, result);
}

function start(device: Device, action: string, names: readonly string[], act: () => Change): Reply {
  if (!device.seeded) throw notSeeded();
  try {
    return accepted(act().id);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const about = names.length > 0 ? ` ${quoteAll(names)}` : '';
    throw badRequest(`cannot ${action}${about}: ${error.message}`);
  }
}

/** @throws Refusal when the confinement asked for cannot be (§8.1) */
function checkMode(device: Device, action: SnapAction): void {
  if (action.action !== 'install' && action.action !== 'refresh') return;
  const fault = modeFault(device, action);
  if (fault !== undefined) throw new Refusal(fault);
}

function checkContentType(request: ApiRequest): void {
  const type = mediaType(request);
  if (type === '') throw badRequest('cannot parse content type: mime: no media type');
  if (type !== 'application/json') throw badRequest(`unknown content type: ${type}`);
  const whole = request.headers['content-type'] ?? '';
  const charset = /charset=([^;\s]+)/i.exec(whole)?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8') throw badRequest(`unknown charset in content type: ${whole}`);
}

function checkSets(action: SnapAction): void {
  if (action.action === 'refresh' && action.validationSets.length > 0 && action.snaps.length > 0) {
    throw new Refusal('snap names cannot be specified with validation sets to enforce');
  }
}
