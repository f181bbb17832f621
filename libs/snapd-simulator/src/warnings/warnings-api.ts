import type { Device } from '../device/device';
import { quote } from '../go-text';
import { formatTime } from '../go-time';
import { badRequest, sync, type Reply } from '../http/envelope';
import { decodeObject, stringField, timeField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { Warnings, type Warning } from './warnings';

export const WARNING_ROUTES: RouteTable = [
  ['/v2/warnings', { read: 'open', write: 'authenticated', GET: getWarnings, POST: postWarnings }],
];

/** GET /v2/warnings: the pending ones, or all that were ever added. */
function getWarnings(device: Device, request: ApiRequest): Reply {
  const select = request.query.get('select') ?? '';
  if (!['', 'all', 'pending'].includes(select)) throw badRequest(`invalid select parameter: ${quote(select)}`);
  return sync(
    shown(device, select).map(({ message, firstNs, lastNs }) => ({
      message,
      'first-added': formatTime(firstNs),
      'last-added': formatTime(lastNs),
      'expire-after': '672h0m0s',
      'repeat-after': '24h0m0s',
    })),
  );
}

function shown(device: Device, select: string): readonly Warning[] {
  const warnings = device.parts.peek(Warnings);
  return (select === 'all' ? warnings?.all() : warnings?.pending()) ?? [];
}

/** POST /v2/warnings: okays what was added up to the timestamp, and says how many that were. */
function postWarnings(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'warnings operation');
  const action = stringField(body, 'action');
  if (action !== 'okay') throw badRequest(`unknown warning action ${quote(action)}`);
  const untilNs = timeField(body, 'timestamp', 'cannot decode request body into warnings operation') ?? 0n;
  return sync(device.parts.peek(Warnings)?.okay(untilNs) ?? 0);
}
