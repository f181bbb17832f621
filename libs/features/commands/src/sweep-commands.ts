import type { Database } from '@corefleet/platform/database';
import type { FoldedCommand } from './fold-reports';

/** A sweep looks at this many rows at once: the next one takes the rest. */
const SWEEP_LIMIT = 5_000;

/** Seconds an agent has, past valid-until or the deadline, to say so itself. */
const GRACE_SECONDS = 30;

/** Seconds without a sign of life after which an overdue command's device counts as silent. */
const SILENT_SECONDS = 120;

/**
 * Seconds that a gateway has to be up before silence means anything: devices come back to it within five minutes, each
 * after a wait of its own, and then tell what happened meanwhile.
 */
const SETTLE_SECONDS = 600;

/** Seconds that a device with a journal never seen before has to tell which commands it still has. */
const RETELL_SECONDS = 120;

/** Commands whose job was lost: queued before `before`, oldest first. */
export async function unsignedCommandIds(
  database: Database,
  before: Date,
): Promise<{ id: string; operation: string }[]> {
  return database.batch(
    `SELECT id, operation FROM commands
      WHERE finished_at IS NULL AND status = 'queued' AND created_at < $1
      ORDER BY id LIMIT $2`,
    [before, SWEEP_LIMIT],
  );
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Enrolments whose agent has not accepted commands signed before `before`: their nudge may have been lost.
 * Most of them may be offline for weeks, so a sweep goes on where the one before it stopped.
 * @param after the `last` of the sweep before
 * @returns `last` is undefined when the next sweep begins anew
 */
export async function waitingEnrolmentIds(
  database: Database,
  before: Date,
  after: string | undefined,
  limit = SWEEP_LIMIT,
): Promise<{ ids: string[]; last: string | undefined }> {
  const rows = await database.batch<{ id: string }>(
    `SELECT DISTINCT enrolment_id AS id FROM commands
      WHERE finished_at IS NULL AND status = 'signed' AND signed_at < $1
        AND enrolment_id > $2::uuid
      ORDER BY enrolment_id LIMIT $3`,
    [before, after ?? BEFORE_ALL, limit],
  );
  const ids = rows.map(({ id }) => id);
  return { ids, last: ids.length < limit ? undefined : ids.at(-1) };
}

/**
 * Ends commands that are past their time: `expired`, `timed-out` or `lost`, as command-state.ts says, and `unknown` those
 * that a device lost with its journal.
 * What an agent has reported and no worker has folded yet is heard first: an outage of the workers ends nothing. Nor does
 * one of the gateways or of Postgres: a device that accepted a command has to have been seen since its deadline, or to
 * have stayed away from a gateway that has been up for a while.
 * @param now of the worker's clock; links and gateways are stamped by Postgres, which must agree with it within some seconds
 */
export async function closeOverdueCommands(database: Database, now: Date): Promise<FoldedCommand[]> {
  const seconds = [GRACE_SECONDS, SILENT_SECONDS, SETTLE_SECONDS, RETELL_SECONDS];
  return database.batch<FoldedCommand>(CLOSE_OVERDUE, [SWEEP_LIMIT, ...seconds, now]);
}

const CLOSE_OVERDUE = `
WITH settled AS (
  SELECT EXISTS (SELECT FROM gateways WHERE seen_at > $6::timestamptz - interval '1 minute'
                    AND up_since < $6 - $4 * interval '1 second') AS so
), overdue AS (
  -- each device by its key, and the reports of late commands alone, however much is under way and whenever it was analysed
  SELECT c.id, CASE WHEN l.forgotten THEN 'unknown'
                    WHEN c.accepted_at IS NULL THEN 'expired'
                    WHEN l.last_seen_at > $6 - $3 * interval '1 second' THEN 'timed-out'
                    ELSE 'lost' END AS status
    FROM commands c
    CROSS JOIN settled
    CROSS JOIN LATERAL (
      SELECT $2 * interval '1 second' + CASE WHEN c.accepted_at IS NULL THEN c.valid_until
                                             ELSE c.accepted_at + c.deadline_seconds * interval '1 second' END AS at) AS due
    LEFT JOIN LATERAL (
      SELECT last_seen_at, journal_epoch > c.applied_epoch AND c.applied_epoch > 0
                           AND last_seen_at > connected_at + $5 * interval '1 second' AS forgotten
        FROM device_links WHERE enrolment_id = c.enrolment_id LIMIT 1) AS l ON true
   WHERE c.finished_at IS NULL
     AND (c.applied_epoch > 0 OR $6 > due.at) -- of most that are under way the device need not be looked up
     AND (l.forgotten OR ($6 > due.at AND (c.accepted_at IS NULL OR l.last_seen_at > due.at OR settled.so)))
     AND NOT EXISTS (SELECT FROM command_reports r WHERE r.enrolment_id = c.enrolment_id AND r.command_id = c.id OFFSET 0)
   LIMIT $1 FOR UPDATE OF c SKIP LOCKED
)
UPDATE commands SET status = overdue.status, finished_at = $6,
       cause = CASE overdue.status WHEN 'unknown' THEN 'journal-lost' ELSE overdue.status END,
       message = CASE overdue.status WHEN 'expired' THEN 'the device did not accept the command before it expired'
                      WHEN 'lost' THEN 'the device accepted the command and has been silent past its deadline'
                      WHEN 'unknown' THEN 'the device began a new journal and no longer knows the command'
                      ELSE 'the command was not finished within its deadline' END
  FROM overdue WHERE commands.id = ANY (ARRAY(SELECT id FROM overdue)) AND commands.id = overdue.id
RETURNING commands.id, commands.rollout_id AS "rolloutId", commands.status`;
