import type { PoolClient } from 'pg';
import type { Database } from '@corefleet/platform/database';

/**
 * Does the work in a transaction that only one sealer at a time is in. The lock is of no row: nobody else waits for it.
 * @returns undefined, and nothing was done, while another sealer is at it
 */
export function withSealLock<T>(database: Database, work: (client: PoolClient) => Promise<T>): Promise<T | undefined> {
  return database.clientTransaction(async (client) => {
    const { rows } = await client.query<{ mine: boolean }>(LOCK);
    return rows[0]?.mine ? work(client) : undefined;
  });
}

const LOCK = `SELECT pg_try_advisory_xact_lock(hashtextextended('audit seals', 0)) AS mine`;
