import type { CallOptions, SnapdCaller } from './caller';
import { snapdPath, withQuery } from './path';
import { toRow, toRows, type RequiredFields } from './rows';

/** Known types of notice (snapd overlord/state/notices.go). No code of snapd emits `warning`: read the warnings. */
export type NoticeType =
  | 'change-update'
  | 'warning'
  | 'refresh-inhibit'
  | 'snap-run-inhibit'
  | 'interfaces-requests-prompt'
  | 'interfaces-requests-rule-update';

/**
 * Something happened to `key`. There is one notice per user, type and key, updated in place, so intermediate states
 * are lost: a hint to read the thing itself, not an event log. It carries no progress of tasks.
 */
export interface Notice {
  /** Opaque. */
  id: string;
  /** Null: public. */
  'user-id': number | null;
  type: NoticeType | (string & {});
  /** For change-update the change id. */
  key: string;
  'first-occurred'?: string;
  'last-occurred'?: string;
  /** What `after` compares with: nanoseconds, unique and rising within one life of snapd's state. */
  'last-repeated': string;
  occurrences?: number;
  /** For change-update `{"kind": <kind of the change>}`. */
  'last-data'?: Record<string, string>;
  'repeat-after'?: string;
  /** Go duration, normally 168h0m0s: an agent away for longer misses notices. */
  'expire-after'?: string;
}

/** Which notices to list, and how long to wait for one. */
export interface NoticeFilter {
  /** Unknown types are ignored; only unknown ones answer `[]` at once even with a time-out (snapd api_notices.go). */
  types?: readonly (NoticeType | (string & {}))[];
  /** A key with a comma cannot be selected. */
  keys?: readonly string[];
  /** Only notices repeated later than this: the `last-repeated` of the last one seen, verbatim. */
  after?: string;
  /** Waits up to this many milliseconds for a match, on a connection of its own; 0 or absent answers at once. */
  timeoutMs?: number;
  /** As root: the notices of this user instead of root's own and the public ones. Not with `users`. */
  userId?: number;
  /** As root: the notices of everybody. */
  users?: 'all';
}

const noticeFields: RequiredFields<Notice> = { id: 'string', type: 'string', key: 'string', 'last-repeated': 'string' };

/** snapd answers a long-poll on time; this much later, in milliseconds, it is considered hung. */
const LONG_POLL_GRACE_MS = 10_000;

/** Reads notices, waits for them and records them. */
export class Notices {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * Notices by rising `last-repeated`. With `timeoutMs` a long-poll: returns as soon as there is a match, and an empty
   * list when the time is over.
   * @throws SnapdError `request canceled` (500) while snapd shuts down, see isRequestCanceled: pause before the next
   */
  async list(filter: NoticeFilter = {}, options: CallOptions = {}): Promise<Notice[]> {
    const waitMs = filter.timeoutMs ?? 0;
    const path = withQuery('/v2/notices', {
      types: filter.types,
      keys: filter.keys,
      after: filter.after,
      timeout: waitMs > 0 ? `${Math.ceil(waitMs)}ms` : undefined,
      'user-id': filter.userId,
      users: filter.users,
    });
    const result =
      waitMs > 0
        ? await this.caller.sync(
            { method: 'GET', path, dedicatedConnection: true },
            { timeoutMs: waitMs + LONG_POLL_GRACE_MS, ...options },
          )
        : await this.caller.get(path, options);
    return toRows<Notice>(result, noticeFields, { method: 'GET', path });
  }

  /** @throws SnapdError status 404 without kind when there is none, 403 when it belongs to somebody else */
  async get(id: string, options?: CallOptions): Promise<Notice> {
    const path = snapdPath('notices', id);
    return toRow<Notice>(await this.caller.get(path, options), noticeFields, { method: 'GET', path });
  }

  /**
   * Records a notice of type `snap-run-inhibit`, the only one that can be: its key is the snap's instance name.
   * @returns the notice's id
   * @throws SnapdError status 400 `… (can only record notices from the "snap" command)` for anybody else; 403 in snapd 2.68
   */
  async add(key: string, options?: CallOptions): Promise<string> {
    const json = { action: 'add', type: 'snap-run-inhibit', key };
    const request = { method: 'POST', path: '/v2/notices', json } as const;
    const result = await this.caller.sync(request, options);
    return toRow<{ id: string }>(result, { id: 'string' }, { method: 'POST', path: request.path }).id;
  }
}
