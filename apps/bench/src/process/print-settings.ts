import { cpus } from 'node:os';
import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { print } from '../print';
import { BASELINE } from '../road/bullmq-baseline';

/** What the numbers below were measured on. */
export async function printSettings(pool: Pool, redisUrl: string, runs: number): Promise<void> {
  const postgres = await pool.query<{ version: string; fsync: string; commit: string }>(
    `SELECT version(), current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
  );
  const redis = new Redis(redisUrl);
  const redisVersion = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1];
  redis.disconnect();
  const [found] = postgres.rows;
  print('machine', `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  print('Postgres', `${found?.version.split(' on ')[0]}, fsync ${found?.fsync}, synchronous_commit ${found?.commit}`);
  print('Redis', `${redisVersion}`);
  print(
    'baseline',
    `BullMQ ${BASELINE.jobs} jobs by addBulk of ${BASELINE.batch}, concurrency ${BASELINE.concurrency}, ${runs} runs`,
  );
}
