import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { print } from '../print';
import { end, nextMessage } from '../process/child';
import { postgresPids, postmasterPid } from '../process/postgres';
import { residentKiB } from '../process/resident';
import type { BenchConfig } from '../process/settings';
import { startGateway } from '../road/server';
import { assertTold, forkAgents } from './told-frames';

/** So many come at once that a gateway says no to, which is not what is measured. */
export const SETTINGS = { COREFLEET_ADMISSIONS_PER_SECOND: '2000' };
const AGENTS = 2_000;
const CHANGES = 50;
const PAUSE_SECONDS = 60;
const SAMPLE_SECONDS = 10;

export interface PausedMemory {
  /** Of the gateway, KiB: with all links open and nothing said; and at the samples of the pause. */
  readonly calmKiB: number;
  readonly samplesKiB: readonly number[];
  readonly agents: number;
}

/** Memory of a gateway to which 2,000 agents go on sending while the database stands still for a minute: every process of it is stopped. */
export async function measurePause(config: BenchConfig, pool: Pool): Promise<PausedMemory> {
  await pool.query('TRUNCATE changes');
  const gateway = await startGateway(config, SETTINGS);
  const agents = await forkAgents({
    databaseUrl: config.COREFLEET_DATABASE_URL,
    gatewayUrl: gateway.url,
    agents: AGENTS,
    changes: CHANGES,
  });
  const calmKiB = residentKiB(gateway.child.pid);
  const postgres = postgresPids(await postmasterPid(pool));
  for (const pid of postgres) process.kill(pid, 'SIGSTOP');
  const told = nextMessage<{ breaks: number }>(agents);
  const samplesKiB: number[] = [];
  try {
    agents.send({ tell: true });
    for (let second = 0; second < PAUSE_SECONDS; second += SAMPLE_SECONDS) {
      await sleep(SAMPLE_SECONDS * 1000);
      samplesKiB.push(residentKiB(gateway.child.pid));
    }
  } finally {
    for (const pid of postgres.reverse()) process.kill(pid, 'SIGCONT');
  }
  const { breaks } = await told;
  print('after the pause', `all stored, ${breaks} of ${AGENTS} links broke meanwhile`);
  await assertTold(pool, AGENTS * CHANGES);
  await end(agents);
  await end(gateway.child);
  return { calmKiB, samplesKiB, agents: AGENTS };
}
