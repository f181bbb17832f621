import { randomUUID } from 'node:crypto';
import type { Device } from '../device/device';
import { ApiError, badRequest, sync, type Reply } from '../http/envelope';
import { decodeObject, stringField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { Users } from './users';

export const LOGIN_ROUTES: RouteTable = [
  ['/v2/login', { read: 'authenticated', write: 'authenticated', POST: postLogin }],
  ['/v2/logout', { read: 'authenticated', write: 'authenticated', POST: postLogout }],
];

/** POST /v2/login: any password will do, once the store can be asked. */
function postLogin(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'cannot decode login data from request body');
  const username = stringField(body, 'username');
  const email = stringField(body, 'email') || username;
  if (!/.@.*\../.test(email)) {
    throw badRequest('please use a valid email address.', 'invalid-auth-data', { email: ['invalid'] });
  }
  if (device.store.unreachable) {
    const url = 'https://dashboard.snapcraft.io/dev/api/acl/';
    const why = `Post "${url}": dial tcp: lookup dashboard.snapcraft.io: no such host`;
    throw new ApiError(401, `cannot get snap access permission from store: ${why}`, 'login-required');
  }
  const macaroon = randomUUID();
  const user = device.parts
    .of(Users)
    .add({ username: email === username ? '' : username, email, sshKeys: [], macaroon });
  return sync({ id: user.id, username: user.username, email, macaroon, discharges: [] });
}

/** POST /v2/logout: forgets the user that the request's macaroon names. */
function postLogout(device: Device, request: ApiRequest): Reply {
  const users = device.parts.of(Users);
  const user = users.byAuthorization(request.headers.authorization);
  if (!user) throw badRequest('not logged in');
  users.remove(user.id);
  return sync(null);
}
