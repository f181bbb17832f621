import { cpus } from 'node:os';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { endAll, forkRole, nextMessage } from '../process/child';
import { print, printRatio, rates } from '../print';
import type { BenchConfig } from '../process/settings';
import { median, percentile } from '../statistics';
import { measureFootprint } from './agent-footprint';
import { BASELINE, measureBullmq } from './bullmq-baseline';
import { assertRows, measureLatency, measureThroughput } from './commands';
import { measureEcho } from './echo-baseline';
import { post, startServer } from './server';

const DEVICES = 200;
const RUNS = 3;
const POSTS = 50;
const WARM_UP_POSTS = 5;
const LOAD = { perSecond: 50, count: 2_000 };

/** One run of everything, printed as absolutes and as ratios to the limit measured in the same run. */
export async function benchRoad(config: BenchConfig): Promise<void> {
  const pool = new Pool({ connectionString: config.COREFLEET_DATABASE_URL, max: 2 });
  try {
    await printSettings(pool, config.COREFLEET_REDIS_URL);
    const jobs = await repeat((run) => measureBullmq(config.COREFLEET_REDIS_URL, run));
    const echo = await measureEcho(DEVICES, LOAD);

    const server = await startServer(config);
    const tokenBody = { name: 'bench', labels: {}, maxUses: DEVICES + 1, expiresInSeconds: 3600 };
    const { token: enrolmentToken } = await post<{ token: string }>(
      server.url,
      server.token,
      '/v1/enrolment-tokens',
      tokenBody,
    );
    const footprint = await measureFootprint(server.url, enrolmentToken);
    const fleet = forkRole('fleet', { server: server.url, enrolmentToken, devices: DEVICES });
    await nextMessage(fleet);
    const deviceIds = await online(pool);

    await measureThroughput(server, pool, deviceIds, WARM_UP_POSTS);
    const commands = await repeat(() => measureThroughput(server, pool, deviceIds, POSTS));
    const latency = await measureLatency(server, fleet, deviceIds, LOAD);
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

async function repeat(measure: (run: number) => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let run = 0; run < RUNS; run += 1) results.push(await measure(run));
  return results;
}

/** Ids of the simulated devices, once each of them has told its facts. */
async function online(pool: Pool): Promise<string[]> {
  for (;;) {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM devices WHERE serial LIKE 'sim-%' AND enrolment_id IN (SELECT enrolment_id FROM device_facts WHERE name = 'snaps')`,
    );
    if (rows.length === DEVICES) return rows.map(({ id }) => id);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function printSettings(pool: Pool, redisUrl: string): Promise<void> {
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
    `BullMQ ${BASELINE.jobs} jobs by addBulk of ${BASELINE.batch}, concurrency ${BASELINE.concurrency}, ${RUNS} runs`,
  );
}

const latencies = (samples: readonly number[]): string =>
  `p50 ${percentile(samples, 0.5).toFixed(2)} ms, p99 ${percentile(samples, 0.99).toFixed(2)} ms`;
