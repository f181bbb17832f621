import type { NoticeSnapshot } from '@corefleet/contracts/device-protocol';
import type { Received } from './received';
import { rfc3339Nanoseconds } from './rfc3339';
import { storableJson, storableText } from './storable';
import type { BatchStatement } from './store-batch';

export interface NoticeRow {
  readonly enrolmentId: string;
  readonly type: string;
  readonly key: string;
  /** -1: public */
  readonly userId: number;
  readonly noticeId: string;
  readonly firstOccurred: string;
  readonly lastOccurred: string;
  readonly lastRepeated: string;
  readonly lastRepeatedNs: bigint;
  readonly occurrences: number;
  readonly lastData: string | null;
  readonly journalEpoch: number;
  readonly number: number;
}

const PUBLIC = -1;
/** snapd's user ids are uint32 and our column is a signed integer: ids above are of no system we know. */
const MAX_INTEGER = 2 ** 31 - 1;

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_INTEGER;

/** @returns the reason, in words, when the notice cannot be kept as a notice */
export function noticeRow(received: Received<NoticeSnapshot>): NoticeRow | string {
  const notice = received.body;
  const lastRepeatedNs = rfc3339Nanoseconds(notice['last-repeated']);
  if (lastRepeatedNs === undefined)
    return 'cannot store notice: its last-repeated is not an RFC 3339 time between 1677 and 2262';
  if (!isCount(notice.occurrences)) return 'cannot store notice: its occurrences are not a count';
  const userId = notice['user-id'];
  if (userId !== null && !isCount(userId)) return 'cannot store notice: its user-id is not a user';
  if (notice.key !== storableText(notice.key) || notice.type !== storableText(notice.type))
    return 'cannot store notice: its key is not storable text';
  return {
    enrolmentId: received.enrolmentId,
    type: notice.type,
    key: notice.key,
    userId: userId ?? PUBLIC,
    noticeId: storableText(notice.id),
    firstOccurred: storableText(notice['first-occurred']),
    lastOccurred: storableText(notice['last-occurred']),
    lastRepeated: notice['last-repeated'],
    lastRepeatedNs,
    occurrences: notice.occurrences,
    lastData: storableJson(notice['last-data']),
    journalEpoch: received.journalEpoch,
    number: received.number,
  };
}

export const STORE_NOTICES: BatchStatement<NoticeRow> = {
  name: 'store-notices',
  text: `
    INSERT INTO notices AS kept (enrolment_id, type, key, user_id, notice_id, first_occurred, last_occurred, last_repeated,
      last_repeated_ns, occurrences, last_data, journal_epoch, number, received_at)
    SELECT said.enrolment_id, said.type, said.key, said.user_id, said.notice_id, said.first_occurred, said.last_occurred,
      said.last_repeated, said.last_repeated_ns, said.occurrences, said.last_data::jsonb, said.journal_epoch, said.number, now()
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
      $10::integer[], $11::text[], $12::integer[], $13::bigint[])
      AS said (enrolment_id, type, key, user_id, notice_id, first_occurred, last_occurred, last_repeated, last_repeated_ns,
        occurrences, last_data, journal_epoch, number)
    ON CONFLICT (enrolment_id, type, key, user_id) DO UPDATE SET
      notice_id = excluded.notice_id, first_occurred = excluded.first_occurred, last_occurred = excluded.last_occurred,
      last_repeated = excluded.last_repeated, last_repeated_ns = excluded.last_repeated_ns, occurrences = excluded.occurrences,
      last_data = excluded.last_data, journal_epoch = excluded.journal_epoch, number = excluded.number,
      received_at = excluded.received_at
    WHERE (kept.journal_epoch, kept.number) < (excluded.journal_epoch, excluded.number)`,
  columns: [
    (row) => row.enrolmentId,
    (row) => row.type,
    (row) => row.key,
    (row) => row.userId,
    (row) => row.noticeId,
    (row) => row.firstOccurred,
    (row) => row.lastOccurred,
    (row) => row.lastRepeated,
    (row) => row.lastRepeatedNs,
    (row) => row.occurrences,
    { json: (row) => row.lastData },
    (row) => row.journalEpoch,
    (row) => row.number,
  ],
  key: (row) => `${row.enrolmentId} ${row.userId} ${row.type} ${row.key}`,
};
