import type { Pool, PoolClient } from 'pg';

/**
 * Does the work in one transaction on one connection, for statements that Prisma would be slow at. It commits when `work`
 * resolves and rolls back when it throws. A connection that breaks fails the work, and nothing else.
 * @throws what the work throws, and what the driver throws when Postgres is away
 */
export async function clientTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  client.on('error', brokeInBetween);
  let isLost = false;
  try {
    await client.query('BEGIN');
    const done = await work(client);
    await client.query('COMMIT');
    return done;
  } catch (error) {
    isLost = !(await rolledBack(client));
    throw error;
  } finally {
    client.off('error', brokeInBetween);
    client.release(isLost);
  }
}

/** The pool listens to idle connections only, and an error that nobody listens to ends the process. The next statement says it. */
const brokeInBetween = (): void => undefined;

/** @returns false when the connection cannot do it: Postgres rolls back what it loses */
const rolledBack = (client: PoolClient): Promise<boolean> =>
  client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
