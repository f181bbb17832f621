import { Pool } from 'pg';
import { print, printRatio, rates } from '../print';
import { end, endAll, forkRole, nextMessage } from '../process/child';
import { printSettings } from '../process/print-settings';
import { repeat } from '../process/repeat';
import type { BenchConfig } from '../process/settings';
import { measureBullmq } from '../road/bullmq-baseline';
import { devicesOnline, enrolmentTokenFor } from '../road/devices';
import { startServer, type Server } from '../road/server';
import { median } from '../statistics';
import { cpuOf, printCpu } from './cpu';
import { measureGrowth } from './growth';
import { forgetPeaks, memoryOf, printMemory, type Memory } from './memory';
import { assertRolloutRows, runRollout } from './rollouts';

const DEVICES = 10_000;
const RUNS = 3;
const MAX_IN_FLIGHT = 2_000;
/** So many devices come at once that a server says no to, which has not been told. */
const SETTINGS = { COREFLEET_ENROLMENTS_PER_MINUTE: '1000000', COREFLEET_ADMISSIONS_PER_SECOND: '1000' };

/** Rollouts of 10,000 instant devices beside bare BullMQ in the same run, and how their cost grows. */
export async function benchRollout(config: BenchConfig): Promise<void> {
  const pool = new Pool({ connectionString: config.COREFLEET_DATABASE_URL, max: 2 });
  try {
    await printSettings(pool, config.COREFLEET_REDIS_URL, RUNS);
    const jobs = await repeat(RUNS, (run) => measureBullmq(config.COREFLEET_REDIS_URL, run));
    const server = await startServer(config, SETTINGS);
    const enrolmentToken = await enrolmentTokenFor(server, DEVICES);
    const fleet = forkRole('fleet', { server: server.url, enrolmentToken, devices: DEVICES });
    await nextMessage(fleet);
    await devicesOnline(pool, DEVICES);
    await pool.query('VACUUM ANALYZE devices, enrolments, device_links, device_facts');

    const memory: Memory[] = [];
    const users = { server, fleets: [fleet], pool, redisUrl: config.COREFLEET_REDIS_URL };
    const before = await cpuOf(users);
    const devices = await repeat(RUNS, (run) => measureRun(server, pool, run, memory));
    const after = await cpuOf(users);
    print('bare BullMQ', `${rates(jobs)} jobs/s`);
    print('rollout', `${rates(devices)} devices/s of ${DEVICES} instant ones (journals in memory), start to verified`);
    printRatio('rollout / bare BullMQ', median(devices) / median(jobs), 'at least 0.1, aim 0.15');
    print('rows', `${DEVICES} targets, commands and changes Done in each of ${RUNS} rollouts, one attempt each`);
    printCpu(before, after, RUNS * DEVICES);
    printMemory(memory);
    await end(fleet);
    await measureGrowth(config, server, pool);
  } finally {
    await endAll();
    await pool.end();
  }
}

/** @returns devices a second, from the POST that makes the rollout until the last of them is verified and its row says so */
async function measureRun(server: Server, pool: Pool, run: number, memory: Memory[]): Promise<number> {
  forgetPeaks(server);
  const order = { filter: 'model=acme-edge', retain: 3 + run, maxInFlight: MAX_IN_FLIGHT };
  const { id, wholeSeconds, planSeconds } = await runRollout(server, pool, order);
  memory.push(memoryOf(server));
  await assertRolloutRows(pool, id, DEVICES, true);
  print(`rollout ${run + 1}`, `${wholeSeconds.toFixed(2)} s, of which ${planSeconds.toFixed(2)} s to make it`);
  return DEVICES / wholeSeconds;
}
