import { operations } from '@corefleet/operations';
import type { Database } from '@corefleet/platform/database';
import { SENSITIVE_OPERATIONS } from './sensitive';

/** A sweep takes this many rows at once: the next one takes the rest. */
const SWEEP_LIMIT = 5_000;

/** Within this time who asked for what is sensitive has fetched it, or never will. */
const FETCH_MS = 60_000;

const READS: readonly string[] = operations.flatMap(({ name, read, follows }) => ((read ?? follows) ? [name] : []));

/**
 * Forgets what sensitive reads have shown and nobody has fetched: who asked is gone, or the answer came too late.
 * @returns how many answers were forgotten
 */
export async function forgetSensitiveAnswers(database: Database, now: Date): Promise<number> {
  const rows = await database.rows(
    'sweep-sensitive',
    `UPDATE commands SET result = NULL, snapd_value = NULL
      WHERE operation LIKE 'read-%' AND operation = ANY ($1::text[]) AND finished_at < $2
        AND (result IS NOT NULL OR snapd_value IS NOT NULL)
      RETURNING id`,
    [SENSITIVE_OPERATIONS, new Date(now.getTime() - FETCH_MS)],
  );
  return rows.length;
}

/**
 * Removes reads that ended before `before`. The audit keeps who asked for what.
 * @returns how many were removed
 */
export async function pruneReads(database: Database, before: Date): Promise<number> {
  const rows = await database.rows(
    'sweep-reads',
    `DELETE FROM commands WHERE id = ANY (ARRAY(
       SELECT id FROM commands
        WHERE operation LIKE 'read-%' AND operation = ANY ($1::text[]) AND rollout_id IS NULL
          AND finished_at < $2
        LIMIT $3 FOR UPDATE SKIP LOCKED))
     RETURNING id`,
    [READS, before, SWEEP_LIMIT],
  );
  return rows.length;
}
