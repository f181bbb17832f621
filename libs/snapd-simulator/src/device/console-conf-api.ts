import { sync, type Reply } from '../http/envelope';
import { decodeObject, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import type { Device } from './device';

export const CONSOLE_CONF_ROUTES: RouteTable = [
  ['/v2/internal/console-conf-start', { read: 'authenticated', write: 'authenticated', POST: postStart }],
];

/** POST /v2/internal/console-conf-start: nothing is refreshing that console-conf would have to wait for. */
function postStart(_device: Device, request: ApiRequest): Reply {
  if (request.body.trim() !== '') decodeObject(request, 'console-conf operation');
  return sync({});
}
