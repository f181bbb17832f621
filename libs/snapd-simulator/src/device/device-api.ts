import { parseHeaders } from '../assertion-headers';
import { quote } from '../go-text';
import { ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObjectStrictly, stringField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { postModel } from '../remodel/remodel-api';
import type { Device } from './device';

/** The device's identity, and the root of the API. */
export const DEVICE_ROUTES: RouteTable = [
  ['/', { read: 'open', write: 'open', GET: getRoot }],
  ['/v2/model', { read: 'open', write: 'root', GET: getModel, POST: postModel }],
  ['/v2/model/serial', { read: 'open', write: 'root', GET: getSerial, POST: postSerial }],
];

function getRoot(): Reply {
  return sync(['TBD']);
}

/** GET /v2/model */
function getModel(device: Device, request: ApiRequest): Reply {
  return assertionReply(device.model, request);
}

/** GET /v2/model/serial (§10.39) */
function getSerial(device: Device, request: ApiRequest): Reply {
  const { serial } = device;
  checkJson(request);
  if (serial === undefined) throw notFound('no serial assertion yet', 'assertion-not-found', 'serial');
  return assertionReply(serial, request);
}

function assertionReply(assertion: string, request: ApiRequest): Reply {
  const json = checkJson(request);
  if (json === 'true' || json === 'headers') return sync({ headers: parseHeaders(assertion) });
  const headers = { 'x-ubuntu-assertions-count': '1' };
  return { type: 'raw', contentType: 'application/x.ubuntu.assertion', body: assertion, headers };
}

function checkJson(request: ApiRequest): string {
  const json = request.query.get('json') ?? '';
  if (['', 'true', 'false', 'headers'].includes(json)) return json;
  throw badRequest('"json" query parameter when used must be set to "true" or "headers"');
}

/** POST /v2/model/serial: only devices of generic models may forget theirs (§8.4). */
function postSerial(device: Device, request: ApiRequest): Reply {
  const { value, trailing } = decodeObjectStrictly(request, 'cannot decode serial action data from request body');
  if (trailing) throw badRequest('spurious content after serial action');
  const action = stringField(value, 'action');
  if (action === '') throw badRequest('missing serial action');
  if (action !== 'forget') throw badRequest(`unsupported serial action ${quote(action)}`);
  const brand = String(device.modelHeaders['brand-id']);
  if (!device.classic || (brand !== 'generic' && brand !== 'canonical')) {
    const why = 'cannot currently unregister device if not classic or model brand is not generic or canonical';
    throw new ApiError(500, `forgetting serial failed: ${why}`);
  }
  device.serial = undefined;
  return sync(null);
}
