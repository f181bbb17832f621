import type { Database } from '@corefleet/platform/database';
import type { FoldedCommand } from './fold-reports';

/** A sweep looks at this many rows at once: the next one takes the rest. */
const SWEEP_LIMIT = 5_000;

/** Seconds an agent has, past valid-until or the deadline, to say so itself. */
const GRACE_SECONDS = 30;

/** Seconds without a sign of life after which an overdue command's device counts as silent. */
const SILENT_SECONDS = 120;

/** Commands whose job was lost: queued for more than `olderThanMs`, oldest first. */
export async function unsignedCommandIds(
  database: Database,
  olderThanMs: number,
): Promise<{ id: string; operation: string }[]> {
  return database.rows(
    'sweep-unsigned',
    `SELECT id, operation FROM commands
      WHERE finished_at IS NULL AND status = 'queued' AND created_at < now() - $1 * interval '1 millisecond'
      ORDER BY id LIMIT $2`,
    [olderThanMs, SWEEP_LIMIT],
  );
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Enrolments whose agent has signed commands it has not accepted: their nudge may have been lost.
 * Most of them may be offline for weeks, so a sweep goes on where the one before it stopped.
 * @param after the `last` of the sweep before
 * @returns `last` is undefined when the next sweep begins anew
 */
export async function waitingEnrolmentIds(
  database: Database,
  olderThanMs: number,
  after: string | undefined,
  limit = SWEEP_LIMIT,
): Promise<{ ids: string[]; last: string | undefined }> {
  const rows = await database.rows<{ id: string }>(
    'sweep-waiting',
    `SELECT DISTINCT enrolment_id AS id FROM commands
      WHERE finished_at IS NULL AND status = 'signed' AND signed_at < now() - $1 * interval '1 millisecond'
        AND enrolment_id > $2::uuid
      ORDER BY enrolment_id LIMIT $3`,
    [olderThanMs, after ?? BEFORE_ALL, limit],
  );
  const ids = rows.map(({ id }) => id);
  return { ids, last: ids.length < limit ? undefined : ids.at(-1) };
}

/**
 * Ends commands that are past their time: `expired`, `timed-out` or `lost`, as command-state.ts says.
 * What an agent has reported and no worker has folded yet is heard first: an outage of the workers ends nothing.
 */
export async function closeOverdueCommands(database: Database): Promise<FoldedCommand[]> {
  return database.rows<FoldedCommand>('sweep-overdue', CLOSE_OVERDUE, [SWEEP_LIMIT, GRACE_SECONDS, SILENT_SECONDS]);
}

const CLOSE_OVERDUE = `
WITH overdue AS (
  SELECT c.id, CASE WHEN c.accepted_at IS NULL THEN 'expired'
                    WHEN l.last_seen_at > now() - $3 * interval '1 second' THEN 'timed-out'
                    ELSE 'lost' END AS status
    FROM commands c LEFT JOIN device_links l ON l.enrolment_id = c.enrolment_id
   WHERE c.finished_at IS NULL
     AND now() > $2 * interval '1 second'
               + CASE WHEN c.accepted_at IS NULL THEN c.valid_until ELSE c.accepted_at + c.deadline_seconds * interval '1 second' END
     AND NOT EXISTS (SELECT FROM command_reports r WHERE r.enrolment_id = c.enrolment_id AND r.command_id = c.id)
   LIMIT $1 FOR UPDATE OF c SKIP LOCKED
)
UPDATE commands SET status = overdue.status, finished_at = now(), cause = overdue.status,
       message = CASE overdue.status WHEN 'expired' THEN 'the device did not accept the command before it expired'
                      WHEN 'lost' THEN 'the device accepted the command and has been silent past its deadline'
                      ELSE 'the command was not finished within its deadline' END
  FROM overdue WHERE commands.id = overdue.id
RETURNING commands.id, commands.rollout_id AS "rolloutId", commands.status`;
