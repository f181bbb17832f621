import type { Device } from '../device/device';
import { quote } from '../go-text';
import { ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObjectStrictly, stringField, type ApiRequest } from '../http/request';
import type { ValidationSetAssertion } from '../snaps/store';
import { storeError } from '../store/store-errors';
import { ACCOUNT_ID, SET_NAME, setPath } from './reference';
import { enforceRefusal, isValid, type SetReference, type TrackedSet } from './tracking';
import type { RouteTable } from '../http/routes';

export const VALIDATION_SET_ROUTES: RouteTable = [
  ['/v2/validation-sets', { read: 'authenticated', write: 'authenticated', GET: getValidationSets }],
  [
    '/v2/validation-sets/{account}/{name}',
    { read: 'authenticated', write: 'authenticated', GET: getValidationSet, POST: postValidationSet },
  ],
];

/** GET /v2/validation-sets */
function getValidationSets(device: Device): Reply {
  return sync(device.sets.list().map((set) => trackedJson(device, set)));
}

/** GET /v2/validation-sets/{account}/{name}: tracked, or a dry run of what the store has (§6.1). */
function getValidationSet(device: Device, request: ApiRequest): Reply {
  const reference = pathReference(request);
  const sequence = sequenceOf(request.query.get('sequence') ?? undefined);
  const tracked = device.sets.get(reference.accountId, reference.name);
  if (tracked && (sequence === undefined || sequence === tracked.pinnedAt)) return sync(trackedJson(device, tracked));
  if (device.store.unreachable) throw new ApiError(500, storeError(device, 'Get', setPath({ ...reference, sequence })));
  const assertion = device.store.validationSet(reference.accountId, reference.name, sequence);
  if (!assertion) throw unknownSet({ ...reference, sequence });
  return sync({
    'account-id': assertion.accountId,
    name: assertion.name,
    sequence: assertion.sequence,
    valid: isValid(device, assertion),
  });
}

/** POST /v2/validation-sets/{account}/{name}: always answered at once, never by a change. */
function postValidationSet(device: Device, request: ApiRequest): Reply {
  const reference = pathReference(request);
  const { value: body, trailing } = decodeObjectStrictly(request, 'validation set action');
  if (trailing) throw badRequest('extra content found in request body');
  if (typeof body.sequence === 'string') {
    const field = 'Go struct field validationSetApplyRequest.sequence of type int';
    throw badRequest(
      `cannot decode request body into validation set action: json: cannot unmarshal string into ${field}`,
    );
  }
  const sequence = sequenceOf(body.sequence);
  const action = stringField(body, 'action');
  if (action === 'forget') return forget(device, { ...reference, sequence });
  if (action !== 'apply') throw badRequest(`unsupported action ${quote(action)}`);
  const mode = stringField(body, 'mode');
  if (mode === 'monitor') return monitor(device, { ...reference, sequence });
  if (mode === 'enforce') return enforce(device, { ...reference, sequence });
  throw badRequest(`invalid mode ${quote(mode)}`);
}

function monitor(device: Device, reference: SetReference): Reply {
  const key = `${reference.accountId}/${reference.name}`;
  const prefix = `cannot monitor validation set ${key}: `;
  const assertion = device.store.unreachable ? undefined : assertionOf(device, reference);
  if (!assertion) {
    const why = device.store.unreachable ? storeError(device, 'Post', 'snaps/refresh') : MISSING;
    throw badRequest(`${prefix}cannot get validation set assertion for ${key}: ${why}`);
  }
  return sync(trackedJson(device, track(device, assertion, 'monitor', reference.sequence)));
}

function enforce(device: Device, reference: SetReference): Reply {
  const assertion = assertionToEnforce(device, reference);
  const refusal = enforceRefusal(device, [assertion]);
  if (refusal !== undefined) throw badRequest(`cannot enforce validation set: ${refusal}`);
  return sync(trackedJson(device, track(device, assertion, 'enforce', reference.sequence)));
}

// A tracked set enforced without a sequence keeps to what the device knows and asks no store (§6.1).
function assertionToEnforce(device: Device, reference: SetReference): ValidationSetAssertion {
  const { accountId, name } = reference;
  const known = device.sets.get(accountId, name) && device.sets.newestKnown(accountId, name);
  const local = reference.sequence ?? known;
  const askStore = local === undefined || (device.sets.newestKnown(accountId, name) ?? 0) < local;
  if (askStore && device.store.unreachable) {
    throw badRequest(`cannot enforce validation set: ${storeError(device, 'Post', 'snaps/refresh')}`);
  }
  const assertion = device.store.validationSet(accountId, name, local);
  if (assertion) return assertion;
  const why = `internal error: cannot find validation set assertion: ${MISSING}`;
  throw badRequest(`cannot enforce validation set: ${why}`);
}

function forget(device: Device, reference: SetReference): Reply {
  const tracked = device.sets.get(reference.accountId, reference.name);
  if (!tracked || (reference.sequence !== undefined && reference.sequence !== tracked.pinnedAt)) {
    throw unknownSet(reference);
  }
  if (device.isModelSet(reference)) {
    const key = `${reference.accountId}/${reference.name}`;
    throw badRequest(`cannot forget validation set ${key}: validation-set is enforced by the model`);
  }
  device.sets.forget(reference.accountId, reference.name);
  return sync(null);
}

/** Follows a set from now on; without a sequence any pin is dropped (§6.1 pinning). */
export function track(
  device: Device,
  assertion: ValidationSetAssertion,
  mode: 'monitor' | 'enforce',
  pinnedAt: number | undefined,
): TrackedSet {
  const { accountId, name, sequence } = assertion;
  const set = { accountId, name, mode, sequence, ...(pinnedAt !== undefined && { pinnedAt }) };
  device.sets.track(set);
  return set;
}

function assertionOf(device: Device, reference: SetReference): ValidationSetAssertion | undefined {
  return device.store.validationSet(reference.accountId, reference.name, reference.sequence);
}

function trackedJson(device: Device, set: TrackedSet): Record<string, unknown> {
  const assertion = device.store.validationSet(set.accountId, set.name, set.sequence);
  return {
    'account-id': set.accountId,
    name: set.name,
    ...(set.pinnedAt !== undefined && { 'pinned-at': set.pinnedAt }),
    mode: set.mode,
    sequence: set.sequence,
    valid: assertion !== undefined && isValid(device, assertion),
  };
}

function pathReference(request: ApiRequest): SetReference {
  const { account = '', name = '' } = request.params;
  if (!ACCOUNT_ID.test(account)) throw badRequest(`invalid account ID ${quote(account)}`);
  if (!SET_NAME.test(name)) throw badRequest(`invalid name ${quote(name)}`);
  return { accountId: account, name };
}

function sequenceOf(value: unknown): number | undefined {
  if (value === undefined || value === null || value === 0 || value === '0') return undefined;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw badRequest('invalid sequence argument');
  if (number < 0) throw badRequest(`invalid sequence argument: ${number}`);
  return number;
}

function unknownSet(reference: SetReference): ApiError {
  const { accountId, name, sequence } = reference;
  const value = { 'account-id': accountId, name, ...(sequence !== undefined && { sequence }) };
  return notFound('validation set not found', 'validation-set-not-found', value);
}

const MISSING = 'validation-set assertion not found';
