import { assertionsOf } from '../assertions/database';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { ApiError, badRequest, sync, type Reply } from '../http/envelope';
import {
  booleanField,
  decodeObject,
  decodeObjectStrictly,
  stringField,
  timeField,
  type ApiRequest,
  type JsonObject,
} from '../http/request';
import type { RouteTable } from '../http/routes';
import { Users } from './users';

export const USER_ROUTES: RouteTable = [
  ['/v2/users', { read: 'root', write: 'root', GET: getUsers, POST: postUsers }],
  ['/v2/create-user', { read: 'root', write: 'root', POST: postCreateUser }],
];

const NO_USER_ADMIN = 'system user administration via snapd is not allowed on this system';

/** GET /v2/users */
function getUsers(device: Device): Reply {
  const users = device.parts.peek(Users)?.all ?? [];
  return sync(users.map(({ id, username, email }) => ({ id, username, ...(email !== '' && { email }) })));
}

/** POST /v2/users: on classic systems snapd leaves users alone (§8.4). */
function postUsers(device: Device, request: ApiRequest): Reply {
  if (device.classic) throw new ApiError(405, NO_USER_ADMIN);
  const { value: body, trailing } = decodeObjectStrictly(request, 'cannot decode user action data from request body');
  if (trailing) throw badRequest('spurious content after user action');
  const action = stringField(body, 'action');
  if (action === 'create') return sync(created(device, body));
  if (action === 'remove') return remove(device, stringField(body, 'username'));
  throw badRequest(action === '' ? 'missing user action' : `unsupported user action ${quote(action)}`);
}

/** POST /v2/create-user: the form before /v2/users; a single user comes without a list. */
function postCreateUser(device: Device, request: ApiRequest): Reply {
  if (device.classic) throw new ApiError(403, NO_USER_ADMIN, 'login-required');
  const body = decodeObject(request, 'cannot decode create-user data from request body');
  const users = created(device, body);
  const known = booleanField(body, 'known') || booleanField(body, 'automatic');
  return sync(known && stringField(body, 'email') === '' ? users : users[0]);
}

function created(device: Device, body: JsonObject): unknown[] {
  const automatic = booleanField(body, 'automatic');
  const known = booleanField(body, 'known') || automatic;
  checkExpiration(device, timeField(body, 'expiration', 'cannot decode user action data from request body'), known);
  if (!booleanField(body, 'force-managed') && device.parts.of(Users).all.length > 0) {
    if (automatic) return [];
    throw badRequest('cannot create user: device already managed');
  }
  const email = stringField(body, 'email');
  return known ? fromAssertions(device, email) : fromStore(device, email);
}

function checkExpiration(device: Device, atNs: bigint | undefined, known: boolean): void {
  if (atNs === undefined) return;
  if (known) throw badRequest('cannot create user: expiration date cannot be provided for known users');
  if (atNs < device.clock.nowNs()) {
    throw badRequest('cannot create user: expiration date must be set in the future');
  }
}

/** Users that system-user assertions on the device name for its model. */
function fromAssertions(device: Device, email: string): unknown[] {
  const brand = device.modelHeaders['brand-id'];
  const found = assertionsOf(device).find({ type: 'system-user', headers: { 'brand-id': String(brand) } });
  const wanted = found.filter(({ headers }) => email === '' || headers.email === email);
  if (wanted.length === 0 && email !== '') {
    throw badRequest(`cannot create user ${quote(email)}: system-user (${email}; brand-id:${String(brand)}) not found`);
  }
  return wanted.map(({ headers }) => {
    const keys = Array.isArray(headers['ssh-keys']) ? headers['ssh-keys'].map(String) : [];
    return addUser(device, String(headers.username), String(headers.email), keys);
  });
}

/** The store tells name and keys of an account; here the name before the @, and one key. */
function fromStore(device: Device, email: string): unknown[] {
  if (email === '') throw badRequest("cannot create user: 'email' field is empty");
  if (device.store.unreachable) {
    const why = `Get "https://login.ubuntu.com/api/v2/keys/${encodeURIComponent(email)}": dial tcp: lookup login.ubuntu.com: no such host`;
    throw badRequest(`cannot create user ${quote(email)}: ${why}`);
  }
  const username = email.split('@')[0] ?? '';
  return [addUser(device, username, email, [`ssh-ed25519 simulated ${email}`])];
}

function addUser(device: Device, username: string, email: string, sshKeys: readonly string[]): unknown {
  device.parts.of(Users).add({ username, email, sshKeys });
  return { username, 'ssh-keys': sshKeys };
}

function remove(device: Device, username: string): Reply {
  if (username === '') throw badRequest('need a username to remove');
  const users = device.parts.of(Users);
  const user = users.all.find((one) => one.username === username);
  if (!user) throw badRequest(`user ${quote(username)} is not known`);
  users.remove(user.id);
  return sync({ removed: [{ id: user.id, username: user.username, email: user.email }] });
}
