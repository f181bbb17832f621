import type { Pool } from 'pg';
import { ask, end, forkRole, nextMessage } from '../process/child';
import type { BenchConfig } from '../process/settings';
import type { Server } from '../road/server';
import { STAGES } from './snapshots';
import type { TellingSettings } from './telling-agents';

const AGENTS = 300;
/**
 * Snapshots a second, from agents' frames over real sockets through a gateway to committed and acknowledged rows. Counted are
 * distinct snapshots that were stored.
 */
export async function measureFrames(config: BenchConfig, server: Server, pool: Pool, rows: number): Promise<number> {
  await pool.query('TRUNCATE changes');
  const changes = Math.round(rows / AGENTS / STAGES.length);
  const agents = await forkAgents({
    databaseUrl: config.COREFLEET_DATABASE_URL,
    gatewayUrl: server.gatewayUrl,
    agents: AGENTS,
    changes,
  });
  const startedAt = performance.now();
  await ask(agents, { tell: true });
  const seconds = (performance.now() - startedAt) / 1000;
  await assertTold(pool, AGENTS * changes);
  await end(agents);
  return (AGENTS * changes * STAGES.length) / seconds;
}

/** A process of agents whose links are open. */
export async function forkAgents(settings: TellingSettings) {
  const agents = forkRole('telling-agents', settings);
  await nextMessage(agents);
  return agents;
}

/** Each change is there once, as it was told last. */
export async function assertTold(pool: Pool, expected: number): Promise<void> {
  const { rows } = await pool.query<{ changes: number; done: number }>(
    `SELECT count(*)::integer AS changes, count(*) FILTER (WHERE status = 'Done')::integer AS done FROM changes`,
  );
  const { changes = 0, done = 0 } = rows[0] ?? {};
  if (changes !== expected || done !== expected)
    throw new Error(`cannot trust the frames: ${changes} changes of ${expected}, ${done} done`);
}
