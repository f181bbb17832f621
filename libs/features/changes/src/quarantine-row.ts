import type { Unstorable } from './received';
import { storableJson, storableText } from './storable';
import type { BatchStatement } from './store-batch';

export interface QuarantineRow {
  readonly enrolmentId: string;
  readonly journalEpoch: number;
  readonly number: number;
  readonly reason: string;
  readonly item: string;
}

const KEPT_CHARACTERS = 64 * 1024;
const KEPT_DEPTH = 64;
const KEPT_REASON = 1_000;

/** What a command report says of the device's own content: it may be secret, and is kept for ever in no quarantine. */
const LEFT_OUT = ['result', 'snapdValue', 'undo'] as const;
const LEFT_OUT_TEXT = '(left out)';

/** What is quarantined: of a command report everything but what the device has shown. */
export const quarantineRow = (refused: Unstorable): QuarantineRow => ({
  enrolmentId: refused.enrolmentId,
  journalEpoch: refused.journalEpoch,
  number: refused.number,
  reason: storableText(refused.reason.slice(0, KEPT_REASON)),
  item: keptJson(withoutAnswer(refused.item)),
});

/** The item, or the body inside it: an item that could not be read is quarantined whole. */
function withoutAnswer(item: unknown): unknown {
  if (!isRecord(item)) return item;
  const shown = Object.entries(item).map(([name, value]): [string, unknown] => {
    if (LEFT_OUT.some((leftOut) => leftOut === name)) return [name, LEFT_OUT_TEXT];
    return [name, name === 'body' ? withoutAnswer(value) : value];
  });
  return Object.fromEntries(shown);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The item where Postgres can surely keep it; otherwise only the start of it, as a text. */
function keptJson(item: unknown): string {
  if (isDeep(item)) return JSON.stringify({ dropped: `nested deeper than ${KEPT_DEPTH} levels` });
  const text = storableJson(item) ?? 'null';
  return text.length > KEPT_CHARACTERS
    ? JSON.stringify({ dropped: 'too large', start: storableText(text.slice(0, KEPT_CHARACTERS)) })
    : text;
}

/** Level by level rather than by recursion: what is measured here may be made to exhaust the stack. */
function isDeep(item: unknown): boolean {
  let level: unknown[] = [item];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > KEPT_DEPTH) return true;
    level = level.flatMap((value) => (value !== null && typeof value === 'object' ? Object.values(value) : []));
  }
  return false;
}

export const STORE_QUARANTINED: BatchStatement<QuarantineRow> = {
  name: 'store-quarantined',
  text: `
    INSERT INTO quarantined_items (enrolment_id, journal_epoch, number, reason, item, received_at)
    SELECT said.enrolment_id, said.journal_epoch, said.number, said.reason, said.item::jsonb, now()
    FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::text[], $5::text[]) AS said (enrolment_id, journal_epoch, number, reason, item)
    ON CONFLICT DO NOTHING`,
  columns: [
    (row) => row.enrolmentId,
    (row) => row.journalEpoch,
    (row) => row.number,
    (row) => row.reason,
    { json: (row) => row.item },
  ],
};
