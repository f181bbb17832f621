import { sync, type Reply } from '../http/envelope';
import type { RouteTable } from '../http/routes';

export const CONSOLE_CONF_ROUTES: RouteTable = [
  ['/v2/internal/console-conf-start', { read: 'authenticated', write: 'authenticated', POST: postStart }],
];

/** POST /v2/internal/console-conf-start: nothing is refreshing that console-conf would have to wait for. */
function postStart(): Reply {
  return sync({});
}
