import { parseHeaders } from '../assertion-headers';
import { formatTime } from '../go-time';
import { badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObject, stringField, type ApiRequest } from '../http/request';
import { quote } from '../go-text';
import { parseTime } from '../go-time';
import type { Device } from './device';

/** GET /v2/model */
export const getModel = (device: Device, request: ApiRequest): Reply => assertionReply(device.model, request);

/** GET /v2/model/serial (§10.39) */
export function getSerial(device: Device, request: ApiRequest): Reply {
  const { serial } = device;
  if (serial === undefined) throw notFound('no serial assertion yet', 'assertion-not-found', 'serial');
  return assertionReply(serial, request);
}

function assertionReply(assertion: string, request: ApiRequest): Reply {
  const json = request.query.get('json') ?? '';
  if (json === 'true' || json === 'headers') return sync({ headers: parseHeaders(assertion) });
  if (json !== '' && json !== 'false')
    throw badRequest('"json" query parameter when used must be set to "true" or "headers"');
  const headers = { 'x-ubuntu-assertions-count': '1' };
  return { type: 'raw', contentType: 'application/x.ubuntu.assertion', body: assertion, headers };
}

const NS_PER_MINUTE = 60_000_000_000n;

/** GET /v2/system-info; its times are to the minute. */
export function getSystemInfo(device: Device): Reply {
  const hold = (device.conf.get('core')?.refresh as { hold?: unknown } | undefined)?.hold;
  return sync({
    architecture: device.modelHeaders.architecture ?? 'amd64',
    'build-id': 'simulated',
    confinement: 'strict',
    features: {},
    'kernel-version': '6.8.0-simulated',
    locations: { 'snap-mount-dir': '/snap', 'snap-bin-dir': '/snap/bin' },
    managed: false,
    'on-classic': false,
    'os-release': { id: 'ubuntu-core', 'version-id': '24' },
    refresh: {
      timer: '00:00~24:00/4',
      last: formatTime(device.seededNs - (device.seededNs % NS_PER_MINUTE)),
      ...(typeof hold === 'string' && { hold }),
    },
    'sandbox-features': {},
    series: '16',
    'snapd-bin-from': 'snap',
    'system-mode': device.mode,
    version: device.options.version ?? '2.77.1',
  });
}

/** GET /v2/warnings */
export function getWarnings(device: Device): Reply {
  return sync(
    device.warnings.map(({ message, addedNs }) => ({
      message,
      'first-added': formatTime(addedNs),
      'last-added': formatTime(addedNs),
      'expire-after': '672h0m0s',
      'repeat-after': '24h0m0s',
    })),
  );
}

/** POST /v2/warnings: okays what was added up to the timestamp. */
export function postWarnings(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'warnings operation');
  const action = stringField(body, 'action');
  if (action !== 'okay') throw badRequest(`unknown warning action ${quote(action)}`);
  const until = parseTime(stringField(body, 'timestamp'));
  const left = device.warnings.filter((warning) => warning.addedNs > until);
  const okayed = device.warnings.length - left.length;
  device.warnings.splice(0, device.warnings.length, ...left);
  return sync(okayed);
}

/** GET /v2/connections: nothing is connected in the simulation. */
export const getConnections = (): Reply => sync({ established: [], plugs: [], slots: [] });
export const getAliases = (): Reply => sync({});
/** Empty lists: quotas, snapshots, users, interfaces. */
export const getNothing = (): Reply => sync([]);
export const getRoot = (): Reply => sync(['TBD']);
