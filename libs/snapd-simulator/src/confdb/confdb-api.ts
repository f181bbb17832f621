import type { Device } from '../device/device';
import { isEnabled } from '../device/features';
import { isBefore } from '../device/version';
import { quote } from '../go-text';
import { accepted, ApiError, badRequest, type Reply } from '../http/envelope';
import { decodeObject, queryList, stringField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { bagOf, custodiansOf, readChange, writeChange } from './confdb-changes';
import { findView, viewPath, type ConfdbView } from './schema';
import { setThrough } from './view';

/** confdb, behind its flag: views of the schemas that were added as assertions. */
export const CONFDB_ROUTES: RouteTable = [
  [
    '/v2/confdb/{account}/{schema}/{view}',
    { read: 'authenticated', write: 'authenticated', GET: getView, PUT: putView },
  ],
  ['/v2/confdb', { since: '2.69', read: 'authenticated', write: 'authenticated', POST: postConfdb }],
];

function checkFlag(device: Device): void {
  const flag = isBefore(device, '2.70') ? 'confdbs' : 'confdb';
  if (isEnabled(device, flag)) return;
  const hint = `set 'experimental.${flag}' to true`;
  if (flag === 'confdbs') throw badRequest(`${quote(flag)} feature flag is disabled: ${hint}`);
  throw badRequest(`feature flag ${quote(flag)} is disabled: ${hint}`);
}

/** GET of a view: answered by a change that holds the values (§8.4). */
function getView(device: Device, request: ApiRequest): Reply {
  const view = viewOf(device, request);
  return accepted(readChange(device, view, queryList(request, 'keys') ?? []).id);
}

/** PUT of a view: `{"values": {…}}`, null takes away. */
function putView(device: Device, request: ApiRequest): Reply {
  const view = viewOf(device, request);
  const values = decodeObject(request, 'confdb write').values ?? {};
  const bag = Object.entries(values).reduce(
    (content, [key, value]) => {
      const next = setThrough(view.rules, content, key, value);
      if (next) return next;
      throw badRequest(
        `cannot set ${quote(key)} through ${viewPath(view)}: no matching rule`,
        'option-not-available',
        {},
      );
    },
    bagOf(device, view),
  );
  if (custodiansOf(device, view).length === 0) {
    throw new ApiError(500, `cannot write confdb view ${viewPath(view)}: no custodian snap connected`);
  }
  return accepted(writeChange(device, view, bag).id);
}

function viewOf(device: Device, request: ApiRequest): ConfdbView {
  checkFlag(device);
  const { account = '', schema = '', view: name = '' } = request.params;
  return findView(device, { account, schema, name });
}

/** POST /v2/confdb: delegation to remote operators, signed with a device key that simulated devices do not have. */
function postConfdb(device: Device, request: ApiRequest): Reply {
  checkFlag(device);
  const action = stringField(decodeObject(request, 'confdb action'), 'action');
  if (action !== 'delegate' && action !== 'undelegate') throw badRequest(`unknown action ${quote(action)}`);
  throw badRequest(`cannot ${action}: device has no identity yet`);
}
