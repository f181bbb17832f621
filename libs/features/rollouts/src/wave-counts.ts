import type { Database, Transaction } from '@corefleet/platform/database';

export interface WaveCount {
  readonly rolloutId: string;
  readonly wave: number;
  readonly state: string;
  readonly count: number;
}

/** State of a target: its command's end as known now (a late one included), or pending, or skipped. */
export const TARGET_STATE = `CASE WHEN t.skipped IS NOT NULL THEN 'skipped' ELSE coalesce(c.late_status, c.status, 'pending') END`;

/** Targets of the rollouts by wave and state. */
export async function waveCounts(on: Database | Transaction, rolloutIds: readonly string[]): Promise<WaveCount[]> {
  const client = 'prisma' in on ? on.prisma : on;
  return client.$queryRawUnsafe<WaveCount[]>(
    `SELECT t.rollout_id AS "rolloutId", t.wave, ${TARGET_STATE} AS state, count(*)::int AS count
       FROM rollout_targets t LEFT JOIN commands c ON c.id = t.command_id
      WHERE t.rollout_id = ANY ($1::uuid[]) GROUP BY 1, 2, 3`,
    rolloutIds,
  );
}

/** The counts of one wave as a record. */
export function countsOf(counts: readonly WaveCount[], rolloutId: string, wave: number): Record<string, number> {
  const own = counts.filter((count) => count.rolloutId === rolloutId && count.wave === wave);
  return Object.fromEntries(own.map(({ state, count }) => [state, count]));
}
