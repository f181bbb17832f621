import { Pool } from 'pg';
import { endAll, forkRole, nextMessage } from '../process/child';
import { print, printRatio, rates } from '../print';
import { printSettings } from '../process/print-settings';
import { repeat } from '../process/repeat';
import type { BenchConfig } from '../process/settings';
import { median, percentile } from '../statistics';
import { measureFootprint } from './agent-footprint';
import { measureBullmq } from './bullmq-baseline';
import { assertRows, measureLatency, measureThroughput } from './commands';
import { measureEcho } from './echo-baseline';
import { devicesOnline, enrolmentTokenFor } from './devices';
import { startServer } from './server';

const DEVICES = 200;
const RUNS = 3;
const POSTS = 50;
const WARM_UP_POSTS = 5;
const LOAD = { perSecond: 50, count: 2_000 };

/** One run of everything, printed as absolutes and as ratios to the limit measured in the same run. */
export async function benchRoad(config: BenchConfig): Promise<void> {
  const pool = new Pool({ connectionString: config.COREFLEET_DATABASE_URL, max: 2 });
  try {
    await printSettings(pool, config.COREFLEET_REDIS_URL, RUNS);
    const jobs = await repeat(RUNS, (run) => measureBullmq(config.COREFLEET_REDIS_URL, run));
    const echo = await measureEcho(DEVICES, LOAD);

    const server = await startServer(config);
    const enrolmentToken = await enrolmentTokenFor(server, DEVICES + 1);
    const footprint = await measureFootprint(server.url, enrolmentToken);
    const fleet = forkRole('fleet', { server: server.url, enrolmentToken, devices: DEVICES });
    await nextMessage(fleet);
    const deviceIds = await devicesOnline(pool, DEVICES);

    await measureThroughput(server, pool, deviceIds, WARM_UP_POSTS);
    const commands = await repeat(RUNS, () => measureThroughput(server, pool, deviceIds, POSTS));
    const latency = await measureLatency(server, [fleet], deviceIds, LOAD);
    const rows = await assertRows(pool, DEVICES * (WARM_UP_POSTS + RUNS * POSTS) + LOAD.count);

    print('bare BullMQ', `${rates(jobs)} jobs/s`);
    print('whole road', `${rates(commands)} commands/s, ${DEVICES} instant devices (journals in memory)`);
    printRatio('whole road / bare BullMQ', median(commands) / median(jobs), 'at least 0.05');
    print('HTTP POST + ws echo', latencies(echo));
    print('POST to agent', `${latencies(latency)}, ${LOAD.perSecond} POSTs/s`);
    printRatio('POST to agent / echo, p99', percentile(latency, 0.99) / percentile(echo, 0.99), 'at most 10');
    print('agent bundle', `${(footprint.bundleBytes / 1024).toFixed(0)} KiB (at most 256)`);
    print('agent memory', `${footprint.agentKiB} KiB beside ${footprint.bareKiB} KiB of a bare Node process`);
    printRatio('agent / bare Node', footprint.agentKiB / footprint.bareKiB, 'at most 1.25');
    print('rows', rows);
  } finally {
    await endAll();
    await pool.end();
  }
}

const latencies = (samples: readonly number[]): string =>
  `p50 ${percentile(samples, 0.5).toFixed(2)} ms, p99 ${percentile(samples, 0.99).toFixed(2)} ms`;
