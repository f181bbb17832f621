import { operations } from '@corefleet/operations';
import type { Database } from '@corefleet/platform/database';
import { SENSITIVE_OPERATIONS } from './sensitive';

/** A sweep takes this many rows at once: the next one takes the rest. */
const SWEEP_LIMIT = 5_000;

/** Seconds within which who asked for what is sensitive has fetched it, or never will. */
const FETCH_SECONDS = 60;

const READS: readonly string[] = operations.flatMap(({ name, read, follows }) => ((read ?? follows) ? [name] : []));

/**
 * Forgets what sensitive reads have shown and nobody has fetched: who asked is gone, or the answer came too late.
 * @returns how many answers were forgotten
 */
export async function forgetSensitiveAnswers(database: Database): Promise<number> {
  const rows = await database.rows(
    'sweep-sensitive',
    `UPDATE commands SET result = NULL, snapd_value = NULL
      WHERE operation LIKE 'read-%' AND operation = ANY ($1::text[]) AND finished_at < now() - $2 * interval '1 second'
        AND (result IS NOT NULL OR snapd_value IS NOT NULL)
      RETURNING id`,
    [SENSITIVE_OPERATIONS, FETCH_SECONDS],
  );
  return rows.length;
}

/**
 * Removes reads that ended more than `keptMs` ago, oldest first. The audit keeps who asked for what.
 * @returns how many were removed
 */
export async function pruneReads(database: Database, keptMs: number): Promise<number> {
  const rows = await database.rows(
    'sweep-reads',
    `DELETE FROM commands WHERE id = ANY (ARRAY(
       SELECT id FROM commands
        WHERE operation LIKE 'read-%' AND operation = ANY ($1::text[]) AND rollout_id IS NULL
          AND finished_at < now() - $2 * interval '1 millisecond'
        LIMIT $3 FOR UPDATE SKIP LOCKED))
     RETURNING id`,
    [READS, keptMs, SWEEP_LIMIT],
  );
  return rows.length;
}
