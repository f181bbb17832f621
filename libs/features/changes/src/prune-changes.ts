import type { Database } from '@corefleet/platform/database';

/** Enrolments looked at in one step, and changes removed in it at most: a step is short, and the next follows. */
const ENROLMENTS = 500;
const MOST_REMOVED = 5_000;

/** Before every enrolment. */
const BEGINNING = '00000000-0000-0000-0000-000000000000';

/**
 * One step of a round over all enrolments: removes changes that have been ready since before a time, and of enrolments that
 * have ended whatever was not heard of since. Their history stays, and so does what made a recovery system of a device that is
 * enrolled: whose that is, and so whether a policy may remove it, is told by nothing else. Safe to run twice at once.
 * @param from where the step before said to go on; without it a round begins
 * @returns where to go on, undefined at the end of the round; and how many were removed
 */
export async function pruneChanges(
  database: Database,
  before: Date,
  from: string = BEGINNING,
): Promise<{ next: string | undefined; removed: number }> {
  const [step] = await database.rows<{ last: string | null; seen: number; removed: number }>(
    'prune-changes',
    `WITH seen AS MATERIALIZED (
       SELECT id, status FROM enrolments WHERE id > $2::uuid ORDER BY id LIMIT $3
     ), over AS MATERIALIZED (
       SELECT enrolment_id, change_id, spawn_time_ns FROM seen JOIN changes ON changes.enrolment_id = seen.id
       WHERE received_at < $1 AND (ready OR seen.status <> 'active')
         AND (seen.status = 'active' AND changes.status = 'Done' AND tasks @> '[{"kind": "create-recovery-system"}]') IS NOT TRUE
       LIMIT $4
     ), removed AS (
       DELETE FROM changes USING over
       WHERE (changes.enrolment_id, changes.change_id, changes.spawn_time_ns) = (over.enrolment_id, over.change_id, over.spawn_time_ns)
         AND changes.received_at < $1 RETURNING 1
     )
     SELECT (SELECT max(id::text) FROM seen) AS last, (SELECT count(*)::integer FROM seen) AS seen,
       (SELECT count(*)::integer FROM removed) AS removed`,
    [before, from, ENROLMENTS, MOST_REMOVED],
  );
  const { last = null, seen = 0, removed = 0 } = step ?? {};
  if (removed === MOST_REMOVED) return { next: from, removed };
  return { next: seen < ENROLMENTS ? undefined : (last ?? undefined), removed };
}

/** Removes some of what was quarantined before a time, the oldest first. @returns how many */
export async function pruneQuarantine(database: Database, before: Date): Promise<number> {
  const removed = await database.rows(
    'prune-quarantine',
    `DELETE FROM quarantined_items WHERE (enrolment_id, journal_epoch, number) IN (
       SELECT enrolment_id, journal_epoch, number FROM quarantined_items WHERE received_at < $1 ORDER BY received_at LIMIT $2)
     RETURNING 1 AS one`,
    [before, MOST_REMOVED],
  );
  return removed.length;
}
