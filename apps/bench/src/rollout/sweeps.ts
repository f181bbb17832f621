import type { Pool } from 'pg';
import { print, printRatio } from '../print';
import { cpuMs } from '../process/resident';
import type { Server } from '../road/server';
import { addFinishedRollouts } from './finished-rollouts';

const FINISHED = 1_000;
const TARGETS = 100;
const WINDOW_MS = 10_000;

interface Sweeps {
  /** Rows of the rollouts' tables that Postgres read in the window. */
  readonly rowsRead: number;
  readonly workerCpuMs: number;
}

/**
 * What the worker's sweeps cost while a rollout waits, with few finished rollouts beside it and with a thousand more.
 * @param finishedId a finished rollout of at least so many targets: what the others are copies of
 */
export async function measureSweeps(server: Server, pool: Pool, finishedId: string): Promise<void> {
  const few = await oneWindow(server, pool);
  await addFinishedRollouts(pool, finishedId, FINISHED, TARGETS);
  await pool.query('VACUUM ANALYZE');
  const many = await oneWindow(server, pool);
  const what = `${FINISHED} more finished rollouts of ${TARGETS} targets`;
  print(`sweeps of ${WINDOW_MS / 1000} s`, words(few));
  print('... with many finished', `${words(many)}; ${what}`);
  printRatio('rows read, many / few', many.rowsRead / few.rowsRead, '1: independent of what is finished');
}

const words = ({ rowsRead, workerCpuMs }: Sweeps): string =>
  `${rowsRead} rows read, ${workerCpuMs.toFixed(0)} ms of the worker's CPU`;

async function oneWindow({ parts }: Server, pool: Pool): Promise<Sweeps> {
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS)); // what came before is counted late
  const [rows, cpu] = [await rowsRead(pool), cpuMs(parts.worker.pid)];
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
  return { rowsRead: (await rowsRead(pool)) - rows, workerCpuMs: cpuMs(parts.worker.pid) - cpu };
}

async function rowsRead(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ read: string }>(
    `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS read FROM pg_stat_user_tables
      WHERE relname IN ('rollouts', 'waves', 'rollout_targets', 'commands', 'command_moves', 'limits')`,
  );
  return Number(rows[0]?.read);
}
