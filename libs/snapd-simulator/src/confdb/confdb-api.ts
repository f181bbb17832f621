import type { Device } from '../device/device';
import { isEnabled } from '../device/features';
import { isBefore } from '../device/version';
import { quote } from '../go-text';
import { badRequest, type Reply } from '../http/envelope';
import { decodeObject, stringField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';

/** confdb: behind its flag; simulated devices have no schemas. */
export const CONFDB_ROUTES: RouteTable = [
  ['/v2/confdb/{account}/{schema}/{view}', { read: 'authenticated', write: 'authenticated', GET: viewOf, PUT: viewOf }],
  ['/v2/confdb', { since: '2.69', read: 'authenticated', write: 'authenticated', POST: postConfdb }],
];

function checkFlag(device: Device): void {
  const flag = isBefore(device, '2.70') ? 'confdbs' : 'confdb';
  if (isEnabled(device, flag)) return;
  const hint = `set 'experimental.${flag}' to true`;
  if (flag === 'confdbs') throw badRequest(`${quote(flag)} feature flag is disabled: ${hint}`);
  throw badRequest(`feature flag ${quote(flag)} is disabled: ${hint}`);
}

/** GET and PUT of a view: its schema would be an assertion of the account. */
function viewOf(device: Device, request: ApiRequest): Reply {
  checkFlag(device);
  const { account = '', schema = '' } = request.params;
  const what = `cannot find confdb-schema ${quote(`${account}/${schema}`)}`;
  throw badRequest(`${what}: assertion not found`, 'assertion-not-found');
}

/** POST /v2/confdb: delegation to remote operators, signed with a device key that simulated devices do not have. */
function postConfdb(device: Device, request: ApiRequest): Reply {
  checkFlag(device);
  const action = stringField(decodeObject(request, 'confdb action'), 'action');
  if (action !== 'delegate' && action !== 'undelegate') throw badRequest(`unknown action ${quote(action)}`);
  throw badRequest(`cannot ${action}: device has no identity yet`);
}
