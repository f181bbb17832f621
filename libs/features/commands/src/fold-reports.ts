import type { Database } from '@corefleet/platform/database';
import { metrics } from '@corefleet/platform/metrics';
import { tracing } from '@corefleet/platform/tracing';
import { SUCCEEDED } from './command-state';

/** A command that a report moved. */
export interface FoldedCommand {
  readonly id: string;
  readonly rolloutId: string | null;
  readonly status: string;
}

interface FoldedRow extends FoldedCommand {
  readonly taken: number;
  /** From its request to its acceptance, or its end, when this was what the report told. */
  readonly acceptSeconds: number | null;
  readonly endSeconds: number | null;
  readonly operation: string;
  readonly cause: string | null;
  /** W3C traceparent of what made it. */
  readonly trace: string | null;
  readonly acceptedAt: Date | null;
}

/** Reports taken by one call: bounds the transaction. */
const FOLD_LIMIT = 2_000;

/**
 * Moves commands to what their agents reported, and removes those reports, in one statement and so all or nothing.
 * Safe from several workers at once: each takes other reports, and a newer (epoch, number) is never undone.
 * A report of a command that is not this enrolment's moves nothing.
 * @returns the commands moved; `more` when there may be further reports
 */
export async function foldReports(database: Database, now: Date): Promise<{ folded: FoldedCommand[]; more: boolean }> {
  const startMs = Date.now();
  const rows = await database.batch<FoldedRow>(FOLD, [FOLD_LIMIT, now]);
  const taken = rows[0]?.taken ?? 0;
  const folded = rows.filter(({ id }) => id !== null);
  folded.forEach(measure);
  if (tracing.enabled) for (const row of folded) traceEnd(row, now.getTime(), startMs);
  return { folded, more: taken >= FOLD_LIMIT };
}

function measure({ status, acceptSeconds, endSeconds }: FoldedRow): void {
  metrics.count('corefleet_command_moves_total', { status });
  if (acceptSeconds !== null) metrics.observe('corefleet_command_accept_seconds', acceptSeconds);
  if (endSeconds !== null) metrics.observe('corefleet_command_end_seconds', endSeconds);
}

/** What the device did, from its acceptance to its end as they were told, and what was made of it here. */
function traceEnd(row: FoldedRow, endMs: number, startMs: number): void {
  if (row.trace === null || row.endSeconds === null) return;
  const device = tracing.record({
    name: 'run on device',
    parent: row.trace,
    startMs: row.acceptedAt?.getTime() ?? endMs,
    endMs,
    attributes: {
      'corefleet.command.id': row.id,
      'corefleet.operation': row.operation,
      'corefleet.status': row.status,
    },
    ...(row.status !== SUCCEEDED && { error: row.cause ?? row.status }),
  });
  tracing.record({ name: 'fold reports', parent: device, startMs, endMs: Date.now() });
}

const FOLD = `
WITH taken AS (
  DELETE FROM command_reports WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM command_reports LIMIT $1 FOR UPDATE SKIP LOCKED))
  RETURNING enrolment_id, journal_epoch, number, command_id, report
), newest AS (
  SELECT DISTINCT ON (enrolment_id, command_id) *, report->>'state' AS state,
         report->>'state' IN ('succeeded', 'failed', 'unknown', 'rejected', 'expired') AS is_end
    FROM taken ORDER BY enrolment_id, command_id, journal_epoch DESC, number DESC
), locked AS (
  -- in the order of their ids, as everybody who moves several does: two that meet wait for each other, and not in a circle.
  -- The array keeps the planner at the primary key: it cannot know how few rows newest has, and would read all commands.
  SELECT id FROM commands WHERE id = ANY (ARRAY(SELECT command_id FROM newest)) ORDER BY id FOR UPDATE
), moved AS (
  UPDATE commands SET
      status = CASE WHEN finished_at IS NULL THEN newest.state ELSE status END,
      late_status = CASE WHEN finished_at IS NOT NULL AND newest.is_end THEN newest.state ELSE late_status END,
      accepted_at = coalesce(accepted_at, CASE WHEN newest.state NOT IN ('rejected', 'expired') THEN $2::timestamptz END),
      finished_at = coalesce(finished_at, CASE WHEN newest.is_end THEN $2::timestamptz END),
      change_ids = ARRAY(SELECT jsonb_array_elements_text(newest.report->'changeIds')),
      cause = coalesce(newest.report->>'cause', cause),
      message = coalesce(newest.report->>'message', message),
      snapd_kind = newest.report->>'snapdKind',
      snapd_value = newest.report->'snapdValue',
      snapd_status = (newest.report->>'snapdStatus')::int,
      result = newest.report->'result',
      undo = newest.report->'undo',
      applied_epoch = newest.journal_epoch,
      applied_number = newest.number
    FROM newest
   WHERE commands.id = ANY (ARRAY(SELECT id FROM locked))
     AND commands.id = newest.command_id AND commands.enrolment_id = newest.enrolment_id
     AND (commands.applied_epoch, commands.applied_number) < (newest.journal_epoch, newest.number)
  RETURNING commands.id, commands.rollout_id AS "rolloutId", commands.status,
    CASE WHEN accepted_at = $2 THEN extract(epoch FROM $2 - created_at)::float END AS "acceptSeconds",
    commands.operation, commands.cause, commands.trace, commands.accepted_at AS "acceptedAt",
    CASE WHEN finished_at = $2 THEN extract(epoch FROM $2 - created_at)::float END AS "endSeconds"
)
SELECT moved.*, totals.taken FROM (SELECT count(*)::int AS taken FROM taken) AS totals LEFT JOIN moved ON true`;
