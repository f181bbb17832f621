import type { Device } from '../device/device';
import { quote } from '../go-text';
import { ApiError, badRequest, type Reply } from '../http/envelope';
import { mediaType } from '../http/multipart';
import { decodeObject, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';

const own = { level: 'open', interfaces: ['snap-interfaces-requests-control'] } as const;

/** Prompts of AppArmor and the rules made from their answers: prompting never runs on a simulated device. */
export const PROMPTING_ROUTES: RouteTable = [
  ['/v2/interfaces/requests', { read: 'open', write: 'open', since: '2.75', POST: postRequest }],
  ['/v2/interfaces/requests/prompts', { read: own, write: own, GET: notRunning }],
  ['/v2/interfaces/requests/prompts/{id}', { read: own, write: own, GET: notRunning, POST: notRunning }],
  ['/v2/interfaces/requests/rules', { read: own, write: own, GET: notRunning, POST: notRunning }],
  ['/v2/interfaces/requests/rules/{id}', { read: own, write: own, GET: notRunning, POST: notRunning }],
];

function notRunning(): Reply {
  throw new ApiError(500, 'AppArmor Prompting is not running', 'apparmor-prompting-not-running');
}

/** POST /v2/interfaces/requests: only `ask`, and only as JSON said to be so (§1.2 BA). */
function postRequest(_device: Device, request: ApiRequest): Reply {
  if (request.headers['content-type'] !== 'application/json') {
    throw badRequest(`unexpected content type: ${quote(mediaType(request))}`);
  }
  decodeObject(request, 'interfaces request');
  return notRunning();
}
