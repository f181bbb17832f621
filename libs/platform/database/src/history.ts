import type { Database } from './database';

/** What was done to the partitions of histories: names of partitions, and of tables that somebody else had locked. */
export interface KeptPartitions {
  readonly made: string[];
  readonly dropped: string[];
  /** Left to the next time. */
  readonly putOff: string[];
}

interface Step {
  readonly did: 'made' | 'dropped' | 'put off';
  readonly partition: string;
}

/** Rows that fell into a default partition are moved in one transaction: after a long outage they may be many. */
const TIMEOUT_MS = 600_000;

/**
 * Makes the partitions that the histories of `history_tables` need now and soon, and drops those that are over. As the worker's
 * role alone. Safe to call again, and from two processes at once: the second does nothing.
 * @param at the server's time
 * @param keptDays days that a history is kept which has no number of its own (>= 1)
 */
export async function keepHistoryPartitions(database: Database, at: Date, keptDays: number): Promise<KeptPartitions> {
  const steps = await database.transaction(async (tx) => {
    await tx.$executeRawUnsafe(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
    return tx.$queryRaw<Step[]>`SELECT did, partition FROM keep_history_partitions(${at}, ${keptDays}::integer)`;
  }, TIMEOUT_MS);
  const those = (did: Step['did']): string[] => steps.filter((step) => step.did === did).map((step) => step.partition);
  return { made: those('made'), dropped: those('dropped'), putOff: those('put off') };
}
