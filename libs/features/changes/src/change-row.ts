import type { ChangeSnapshot } from '@corefleet/contracts/device-protocol';
import type { Received } from './received';
import { rfc3339Nanoseconds } from './rfc3339';
import { storableJson, storableText } from './storable';
import type { BatchStatement } from './store-batch';

export interface ChangeRow {
  readonly enrolmentId: string;
  readonly changeId: string;
  readonly spawnTimeNs: bigint;
  readonly commandId: string | null;
  readonly kind: string;
  readonly summary: string;
  readonly status: string;
  readonly ready: boolean;
  readonly err: string | null;
  readonly spawnTime: string;
  readonly readyTime: string | null;
  readonly tasks: string;
  readonly data: string | null;
  readonly journalEpoch: number;
  readonly number: number;
}

/** @returns the reason, in words, when the change cannot be kept as a change */
export function changeRow(received: Received<ChangeSnapshot>): ChangeRow | string {
  const { change, commandId } = received.body;
  const spawnTime = change['spawn-time'];
  const spawnTimeNs = rfc3339Nanoseconds(spawnTime);
  if (spawnTimeNs === undefined)
    return 'cannot store change: its spawn-time is not an RFC 3339 time between 1677 and 2262';
  if (change.id !== storableText(change.id)) return 'cannot store change: its id is not storable text';
  return {
    enrolmentId: received.enrolmentId,
    changeId: change.id,
    spawnTimeNs,
    commandId: commandId ?? null,
    kind: storableText(change.kind),
    summary: storableText(change.summary),
    status: storableText(change.status),
    ready: change.ready,
    err: change.err === undefined ? null : storableText(change.err),
    spawnTime,
    readyTime: change['ready-time'] === undefined ? null : storableText(change['ready-time']),
    tasks: storableJson(change.tasks ?? []) ?? '[]',
    data: storableJson(change.data),
    journalEpoch: received.journalEpoch,
    number: received.number,
  };
}

/**
 * The newest snapshot of each change, and in the same statement a row of history where status or readiness moved: of what is
 * not newer than what is kept neither is written. A snapshot without a command never takes the command away that an earlier
 * one named.
 */
export const STORE_CHANGES: BatchStatement<ChangeRow> = {
  name: 'store-changes',
  text: `
    WITH stored AS (
      INSERT INTO changes AS kept (enrolment_id, change_id, spawn_time_ns, command_id, kind, summary, status, ready, err,
        spawn_time, ready_time, tasks, data, journal_epoch, number, received_at)
      SELECT said.enrolment_id, said.change_id, said.spawn_time_ns, said.command_id, said.kind, said.summary, said.status, said.ready,
        said.err, said.spawn_time, said.ready_time, said.tasks::jsonb, said.data::jsonb, said.journal_epoch, said.number, now()
      FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::integer[], $15::bigint[])
        AS said (enrolment_id, change_id, spawn_time_ns, command_id, kind, summary, status, ready, err,
          spawn_time, ready_time, tasks, data, journal_epoch, number)
      ON CONFLICT (enrolment_id, change_id, spawn_time_ns) DO UPDATE SET
        command_id = coalesce(excluded.command_id, kept.command_id), kind = excluded.kind, summary = excluded.summary,
        status = excluded.status, ready = excluded.ready, err = excluded.err, spawn_time = excluded.spawn_time,
        ready_time = excluded.ready_time, tasks = excluded.tasks, data = excluded.data,
        journal_epoch = excluded.journal_epoch, number = excluded.number, received_at = excluded.received_at
      WHERE (kept.journal_epoch, kept.number) < (excluded.journal_epoch, excluded.number)
      RETURNING WITH (OLD AS was, NEW AS now) now.*, (was.status, was.ready) IS DISTINCT FROM (now.status, now.ready) AS moved
    )
    INSERT INTO change_history (enrolment_id, received_at, journal_epoch, number, change_id, spawn_time_ns, command_id, kind, summary,
      status, ready, err, spawn_time, ready_time, tasks, data)
    SELECT enrolment_id, received_at, journal_epoch, number, change_id, spawn_time_ns, command_id, kind, summary,
      status, ready, err, spawn_time, ready_time, CASE WHEN ready THEN tasks END, CASE WHEN ready THEN data END
    FROM stored WHERE moved`,
  columns: [
    (row) => row.enrolmentId,
    (row) => row.changeId,
    (row) => row.spawnTimeNs,
    (row) => row.commandId,
    (row) => row.kind,
    (row) => row.summary,
    (row) => row.status,
    (row) => row.ready,
    (row) => row.err,
    (row) => row.spawnTime,
    (row) => row.readyTime,
    { json: (row) => row.tasks },
    { json: (row) => row.data },
    (row) => row.journalEpoch,
    (row) => row.number,
  ],
  key: (row) => `${row.enrolmentId} ${row.spawnTimeNs} ${row.changeId}`,
};
