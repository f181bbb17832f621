import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import { quote } from '../go-text';
import { ApiError, badRequest, sync, type Reply } from '../http/envelope';
import type { ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { storeError } from '../store/store-errors';
import { setAssertions } from '../validation-sets/assertion-text';
import { assertionsOf, hasHeaders, PRIMARY_KEYS, readUploaded, type Assertions, type KnownAssertion } from './database';

export const ASSERTION_ROUTES: RouteTable = [
  ['/v2/assertions', { read: 'open', write: 'authenticated', GET: getTypes, POST: postAssertions }],
  ['/v2/assertions/{type}', { read: 'open', write: 'authenticated', GET: getAssertions }],
];

const SINCE_2_69 = ['cluster', 'confdb-schema', 'hardware-identity', 'request-message', 'response-message'];

const TYPES = [
  'account',
  'account-key',
  'account-key-request',
  'base-declaration',
  'confdb-control',
  'device-session-request',
  'model',
  'preseed',
  'repair',
  'serial',
  'serial-request',
  'snap-build',
  'snap-declaration',
  'snap-developer',
  'snap-resource-pair',
  'snap-resource-revision',
  'snap-revision',
  'store',
  'system-user',
  'validation',
  'validation-set',
];

function typesOf(device: Device): string[] {
  return [...TYPES, ...(isBefore(device, '2.69') ? ['confdb'] : SINCE_2_69)].sort();
}

/** GET /v2/assertions: the types there are. */
function getTypes(device: Device): Reply {
  return sync({ types: typesOf(device) });
}

const OPTIONS = ['json', 'remote'];

/** GET /v2/assertions/{type}: those of the device that have the given headers (§7.5). */
function getAssertions(device: Device, request: ApiRequest): Reply {
  const type = request.params.type ?? '';
  if (!typesOf(device).includes(type)) throw badRequest(`invalid assert type: ${quote(type)}`);
  const headers = Object.fromEntries([...request.query].filter(([name]) => !OPTIONS.includes(name)));
  const remote = request.query.get('remote') ?? '';
  if (!['', 'true', 'false'].includes(remote)) {
    throw badRequest('"remote" query parameter when used must be set to "true" or "false" or left unset');
  }
  if (remote === 'true') askStore(device, type, headers);
  const sets = type === 'validation-set' ? setAssertions(device).filter((set) => hasHeaders(set, headers)) : [];
  return assertionsReply([...sets, ...assertionsOf(device).find({ type, headers })], request);
}

/** What the store would add is known here already; out of reach it cannot be asked. */
function askStore(device: Device, type: string, headers: Record<string, string>): void {
  const missing = (PRIMARY_KEYS[type] ?? []).find((name) => name !== 'series' && headers[name] === undefined);
  if (missing !== undefined) {
    const why = `cannot query remote assertion: must provide primary key: ${missing}`;
    throw new ApiError(500, `searching assertions failed: ${why}`);
  }
  if (!device.store.unreachable) return;
  const path = `assertions/${[type, ...Object.values(headers)].join('/')}?max-format=0`;
  throw new ApiError(500, `searching assertions failed: ${storeError(device, 'Get', path)}`);
}

/** Assertions as a stream with their number, or as JSON. */
export function assertionsReply(found: readonly KnownAssertion[], request: ApiRequest): Reply {
  const json = request.query.get('json') ?? '';
  if (json === 'true' || json === 'headers') {
    return sync(
      found.map(({ headers, body }) => ({ headers, ...(json === 'true' && body !== undefined && { body }) })),
    );
  }
  if (json !== '' && json !== 'false') {
    throw badRequest('"json" query parameter when used must be set to "true" or "headers"');
  }
  return {
    type: 'raw',
    contentType: 'application/x.ubuntu.assertion; bundle=y',
    body: found.map(({ text }) => text).join('\n'),
    headers: { 'x-ubuntu-assertions-count': String(found.length) },
  };
}

/** POST /v2/assertions: adds a stream of them; who signed must be known. Signatures themselves are not checked here. */
function postAssertions(device: Device, request: ApiRequest): Reply {
  const found = decoded(request.body);
  const database = assertionsOf(device);
  for (const assertion of found) checkSigner(database, found, assertion);
  for (const assertion of found) database.add(assertion);
  return sync(null);
}

function decoded(text: string): KnownAssertion[] {
  try {
    return readUploaded(text);
  } catch (cause) {
    throw badRequest(`cannot decode request body into assertions: ${(cause as Error).message}`);
  }
}

function checkSigner(database: Assertions, added: readonly KnownAssertion[], { headers }: KnownAssertion): void {
  const key = String(headers['sign-key-sha3-384']);
  const inStream = added.some((one) => one.type === 'account-key' && one.headers['public-key-sha3-384'] === key);
  if (inStream) return;
  if (database.find({ type: 'account-key', headers: { 'public-key-sha3-384': key } }).length > 0) return;
  throw badRequest(`assert failed: cannot resolve prerequisite assertion: account-key (${key})`);
}
