import type { Device } from '../device/device';
import { HANDLERS } from '../device/handlers';
import { isBefore } from '../device/version';
import { quote } from '../go-text';
import { formatTime } from '../go-time';
import { ApiError, badRequest, sync, type Reply } from '../http/envelope';
import { decodeObject, stringField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { implicitSlots } from '../interfaces/implicit';
import { assertionsOf } from '../assertions/database';
import { Warnings } from '../warnings/warnings';

export const DEBUG_ROUTES: RouteTable = [
  ['/v2/debug', { read: 'open', write: 'root', GET: getDebug, POST: postDebug }],
  ['/v2/debug/pprof/{profile}', { read: 'root', write: 'root', GET: getProfile }],
];

/** Aspects that 2.68 does not have. */
const NEWER: ReadonlySet<string> = new Set(['features', 'raa']);

/** GET /v2/debug?aspect=… */
function getDebug(device: Device, request: ApiRequest): Reply {
  const aspect = request.query.get('aspect') ?? '';
  const show = ASPECTS[aspect];
  if (!show || (NEWER.has(aspect) && isBefore(device, '2.70'))) {
    throw badRequest(`unknown debug aspect ${quote(aspect)}`);
  }
  return sync(show(device, request));
}

const ASPECTS: Readonly<Record<string, (device: Device, request: ApiRequest) => unknown>> = {
  'base-declaration': (device) => ({
    'base-declaration': assertionsOf(device).find({ type: 'base-declaration', headers: {} })[0]?.text.trimEnd() ?? '',
  }),
  'change-timings': changeTimings,
  disks: () => [],
  'gadget-disk-mapping': () => {
    throw new ApiError(500, 'cannot get gadget info: no state entry for key');
  },
  raa: () => ({ 'monitored-snaps': {}, 'refresh-candidates': {} }),
  connectivity: (device) =>
    device.store.unreachable
      ? { connectivity: false, unreachable: [new URL(device.store.address).hostname] }
      : { connectivity: true },
  features: (device) => ({
    tasks: [...HANDLERS].map(([kind, { undo }]) => ({ kind, ...(undo !== undefined && { 'has-undo': true }) })),
    interfaces: implicitSlots(device),
  }),
  model: (device) => ({ model: assertionsOf(device).find({ type: 'model', headers: {} })[0]?.text ?? '' }),
  seeding: (device) => ({
    seeded: device.seeded,
    'seed-start-time': formatTime(device.seededNs),
    ...(device.seeded && { 'seed-time': formatTime(device.seededNs) }),
  }),
};

/** How long each task of a change took; times are what passed on the device's clock. */
function changeTimings(device: Device, request: ApiRequest): unknown {
  for (const other of ['ensure', 'startup']) {
    const asked = request.query.get(other);
    if (asked !== null) throw badRequest(`cannot find ${other}: ${asked}`);
  }
  const id = request.query.get('change-id') ?? '';
  const change = device.changes.get(Number(id));
  if (!change) throw badRequest(`cannot find change: ${id}`);
  const timings = change.tasks.map(({ id: task, status, kind, summary, readyNs, durationMs = 0 }) => [
    String(task),
    {
      status,
      kind,
      summary,
      ...(readyNs !== undefined && { 'ready-time': formatTime(readyNs) }),
      'doing-time': Math.round(durationMs * 1e6),
    },
  ]);
  return [{ 'change-id': id, 'change-timings': Object.fromEntries(timings) as unknown }];
}

/** POST /v2/debug */
function postDebug(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'a debug action');
  const action = stringField(body, 'action');
  switch (action) {
    case 'add-warning':
      device.parts.of(Warnings).add(stringField(body, 'message'), device.clock.nowNs());
      return sync(true);
    case 'ensure-state-soon':
    case 'unshow-warnings':
      return sync(true);
    case 'prune':
      device.changes.pruneAll();
      return sync(true);
    case 'stacktraces':
      return sync('goroutine 1 [running]:\nmain.main()\n'); // what a reader knows a stack trace by
    case 'create-recovery-system':
      throw badRequest('cannot create a recovery system with no label');
    case 'migrate-home':
      throw badRequest('no snaps were provided');
    case 'can-manage-refreshes':
      return sync(false);
    default:
      throw badRequest(`unknown debug action: ${action}`);
  }
}

/** GET /v2/debug/pprof/{profile}: of Go's profiles only the one that tells what is running. */
function getProfile(_device: Device, request: ApiRequest): Reply {
  const contentType = 'text/plain; charset=utf-8';
  if (request.params.profile === 'cmdline') return { type: 'raw', contentType, body: '/usr/lib/snapd/snapd' };
  return { type: 'raw', status: 404, contentType, body: '404 page not found\n' };
}
