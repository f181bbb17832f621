import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import { parseGoDuration, parseTime } from '../go-time';
import { ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObject, queryList, stringField, type ApiRequest, type JsonObject } from '../http/request';
import { openTypes, typesToRead } from './open-types';
import { noticeJson, type Notice, type NoticeFilter } from './notice-store';
import type { RouteTable } from '../http/routes';

const KNOWN_TYPES: ReadonlySet<string> = new Set([
  'change-update',
  'warning',
  'refresh-inhibit',
  'snap-run-inhibit',
  'interfaces-requests-prompt',
  'interfaces-requests-rule-update',
]);

const observers = { level: 'open', interfaces: ['snap-refresh-observe', 'snap-interfaces-requests-control'] } as const;

export const NOTICE_ROUTES: RouteTable = [
  ['/v2/notices', { read: observers, write: 'open', GET: getNotices, POST: postNotice }],
  ['/v2/notices/{id}', { read: observers, write: 'open', GET: getNotice }],
];

/** GET /v2/notices, with the long-poll (§4.3; §10.29 to 31). */
function getNotices(device: Device, request: ApiRequest): Reply | Promise<Reply> {
  device.changes.pruneWhenDue();
  checkUserFilters(request);
  const asked = filterOf(request);
  const filter = { ...asked, types: typesToRead(device, request, asked.types) };
  const timeoutMs = timeoutOf(request);
  if (filter.types?.length === 0) return sync([]);
  if (timeoutMs > 0 && device.power.stopping) return requestCanceled();
  const found = device.notices.list(filter);
  if (found.length > 0 || timeoutMs <= 0) return listReply(found);
  return waitForNotices(device, request, filter, timeoutMs);
}

/** GET /v2/notices/{id} */
function getNotice(device: Device, request: ApiRequest): Reply {
  const id = request.params.id ?? '';
  const notice = device.notices.get(id);
  if (!notice) throw notFound(`cannot find notice with id ${JSON.stringify(id)}`);
  if (openTypes(device, request)?.includes(notice.type) === false) {
    throw new ApiError(403, `not allowed to access notice with id ${JSON.stringify(id)}`, 'login-required');
  }
  return sync(noticeJson(notice));
}

/** POST /v2/notices: refused, since no caller here is the `snap` command. */
function postNotice(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'notice instruction');
  const bad = instructionFault(body);
  if (isBefore(device, '2.70')) {
    throw bad === undefined
      ? new ApiError(403, 'only snap command can record notices', 'login-required')
      : badRequest(bad);
  }
  const what = bad ?? 'unexpected command of the calling process';
  throw badRequest(`${what} (can only record notices from the "snap" command)`);
}

/** What is wrong with a notice that is to be added, or undefined. */
function instructionFault(body: JsonObject): string | undefined {
  const [action, type, key] = ['action', 'type', 'key'].map((field) => stringField(body, field));
  if (action !== 'add') return `invalid action ${JSON.stringify(action)}`;
  if (type !== 'snap-run-inhibit') return `cannot add notice with invalid type ${JSON.stringify(type)}`;
  return key === '' ? `cannot add snap-run-inhibit notice with invalid key ""` : undefined;
}

function waitForNotices(device: Device, request: ApiRequest, filter: NoticeFilter, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve) => {
    const end = (reply: Reply): void => {
      stopTimer();
      stopWaiting();
      stopListening();
      resolve(reply);
    };
    const stopTimer = device.clock.setTimer(timeoutMs, () => end(sync([])));
    const stopWaiting = device.notices.wait(filter, (notices) => end(listReply(notices)));
    const stopListening = device.power.onStopping(() => end(requestCanceled()));
    request.onGone(() => end(sync([])));
  });
}

const listReply = (notices: Notice[]): Reply => sync(notices.map(noticeJson));
const requestCanceled = (): Reply => new ApiError(500, 'request canceled').toReply();

function filterOf(request: ApiRequest): NoticeFilter {
  const types = queryList(request, 'types')?.filter((type) => KNOWN_TYPES.has(type));
  const keys = queryList(request, 'keys');
  const after = request.query.get('after');
  return { types, keys, ...(after !== null && after !== '' && { afterNs: afterOf(after) }) };
}

function afterOf(text: string): bigint {
  try {
    return parseTime(text);
  } catch (cause) {
    throw badRequest(`invalid "after" timestamp: ${(cause as Error).message}`);
  }
}

function timeoutOf(request: ApiRequest): number {
  const text = request.query.get('timeout');
  if (text === null || text === '') return 0;
  try {
    return parseGoDuration(text);
  } catch (cause) {
    throw badRequest(`invalid timeout: ${(cause as Error).message}`);
  }
}

function checkUserFilters(request: ApiRequest): void {
  const userId = request.query.get('user-id');
  const users = request.query.get('users');
  for (const [name, value] of [
    ['user-id', userId],
    ['users', users],
  ] as const) {
    if (value !== null && request.uid !== 0) {
      throw new ApiError(403, `only admins may use the "${name}" filter`, 'login-required');
    }
  }
  if (userId !== null && users !== null) throw badRequest('cannot use both "users" and "user-id" parameters');
  if (users !== null && users !== 'all') throw badRequest('invalid "users" filter: must be "all"');
  if (userId === '') throw badRequest('invalid "user-id" filter: must only include one "user-id"');
  if (userId !== null && !/^\d+$/.test(userId)) {
    throw badRequest(`invalid "user-id" filter: strconv.ParseInt: parsing ${JSON.stringify(userId)}: invalid syntax`);
  }
}
