import type { Device } from './device';
import { formatTime } from '../go-time';
import { ApiError, badRequest, sync, type Reply } from '../http/envelope';
import { decodeObjectStrictly, stringField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { decodeFirstJson, quote } from '../go-text';
import { valueAt } from '../conf/document';
import { features } from './features';
import { isBefore, versionOf } from './version';

export const SYSTEM_INFO_ROUTES: RouteTable = [
  [
    '/v2/system-info',
    {
      read: { level: 'open', interfaces: ['snap-interfaces-requests-control'] },
      write: 'open',
      GET: getSystemInfo,
      POST: postSystemInfo,
      postSince: '2.70',
    },
  ],
  ['/v2/system-info/storage-encrypted', { since: '2.74', read: 'open', write: 'root', GET: getStorageEncrypted }],
];

const NS_PER_MINUTE = 60_000_000_000n;

/** To the minute, as the times of refreshes are told. */
const toMinute = (ns: bigint): string => formatTime(ns - (ns % NS_PER_MINUTE));

/** GET /v2/system-info */
function getSystemInfo(device: Device): Reply {
  const { hostname: _hostname, ...machine } = device.options.machine ?? {};
  return sync({
    architecture: device.modelHeaders.architecture ?? 'amd64',
    'build-id': 'simulated',
    confinement: 'strict',
    features: features(device),
    'kernel-version': '6.8.0-simulated',
    locations: { 'snap-mount-dir': '/snap', 'snap-bin-dir': '/snap/bin' },
    managed: false,
    'on-classic': device.classic,
    'os-release': device.classic ? { id: 'ubuntu', 'version-id': '24.04' } : { id: 'ubuntu-core', 'version-id': '24' },
    refresh: refreshInfo(device),
    'sandbox-features': {},
    series: '16',
    ...(!isBefore(device, '2.75') && { 'snapd-bin-from': device.classic ? 'native-package' : 'snap' }),
    'system-mode': device.mode,
    version: versionOf(device),
    ...machine,
  });
}

function refreshInfo(device: Device): Record<string, unknown> {
  const core = device.conf.get('core') ?? {};
  const hold = valueAt(core, 'refresh.hold');
  const timer = valueAt(core, 'refresh.timer');
  return {
    timer: typeof timer === 'string' ? timer : '00:00~24:00/4',
    ...(!device.classic && { last: toMinute(device.autoRefresh?.lastNs ?? device.seededNs) }),
    ...(typeof hold === 'string' && { hold: holdText(hold) }),
    ...nextRefresh(device),
  };
}

/** When a device that refreshes by itself does so next; a classic one without a store tells that it is overdue. */
function nextRefresh(device: Device): { next?: string } {
  const nextNs = device.autoRefresh?.nextNs ?? (device.classic ? device.seededNs : undefined);
  return nextNs === undefined ? {} : { next: toMinute(nextNs) };
}

const holdText = (hold: string): string => hold.replace(/:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/, ':00$1');

/** POST /v2/system-info: advice that the caller's system key is another one; it never is here (§2). */
function postSystemInfo(_device: Device, request: ApiRequest): Reply {
  const { value, trailing } = decodeObjectStrictly(request, 'cannot decode request body');
  if (trailing) throw badRequest('unexpected additional content in request body');
  const action = stringField(value, 'action');
  if (action === '') throw badRequest('no action');
  if (action !== 'advise-system-key-mismatch') throw badRequest(`unsupported action ${quote(action)}`);
  const key = stringField(value, 'system-key');
  try {
    decodeFirstJson(key);
  } catch (cause) {
    throw badRequest(`cannot decode system key: ${(cause as Error).message}`);
  }
  return sync('');
}

/** GET /v2/system-info/storage-encrypted: a snapd built without the means to know (✔). */
function getStorageEncrypted(): Reply {
  throw new ApiError(500, 'cannot determine system encrypted state: build without secboot support');
}
