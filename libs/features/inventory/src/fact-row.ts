import type { Fact } from '@corefleet/contracts/device-protocol';
import { storableJson, storableText, type BatchStatement, type Received } from '@corefleet/features/changes';

export interface FactRow {
  readonly enrolmentId: string;
  readonly name: string;
  readonly digest: string;
  readonly value: string;
  readonly journalEpoch: number;
  readonly number: number;
}

/** The digest is the device's own word: it only decides whether a value is written again. */
export const factRow = (received: Received<Fact>): FactRow => ({
  enrolmentId: received.enrolmentId,
  name: received.body.name,
  digest: storableText(received.body.digest),
  value: storableJson(received.body.value) ?? 'null',
  journalEpoch: received.journalEpoch,
  number: received.number,
});

/**
 * An equal digest moves only the number, so a large value is not written again; its received_at says since when it is so. A
 * value that comes after another holds later than that, also when its transaction began before: each has held some time.
 */
export const STORE_FACTS: BatchStatement<FactRow> = {
  name: 'store-facts',
  text: `
    INSERT INTO device_facts AS kept (enrolment_id, name, digest, value, journal_epoch, number, received_at)
    SELECT said.enrolment_id, said.name, said.digest, said.value::jsonb, said.journal_epoch, said.number, now()
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::bigint[])
      AS said (enrolment_id, name, digest, value, journal_epoch, number)
    ON CONFLICT (enrolment_id, name) DO UPDATE SET
      digest = excluded.digest,
      value = CASE WHEN kept.digest = excluded.digest THEN kept.value ELSE excluded.value END,
      received_at = CASE WHEN kept.digest = excluded.digest THEN kept.received_at
        ELSE greatest(excluded.received_at, kept.received_at + interval '1 microsecond') END,
      journal_epoch = excluded.journal_epoch, number = excluded.number
    WHERE (kept.journal_epoch, kept.number) < (excluded.journal_epoch, excluded.number)`,
  columns: [
    (row) => row.enrolmentId,
    (row) => row.name,
    (row) => row.digest,
    { json: (row) => row.value },
    (row) => row.journalEpoch,
    (row) => row.number,
  ],
  key: (row) => `${row.enrolmentId} ${row.name}`,
};
