import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { Pool } from 'pg';
import { print, printRatio } from '../print';
import { endAll, forkRole, nextMessage } from '../process/child';
import { freePort, inspectable } from '../process/garbage';
import { printSettings } from '../process/print-settings';
import type { BenchConfig } from '../process/settings';
import { allEnded, assertRows, measureLatency } from '../road/commands';
import { devicesOnline, enrolmentTokenFor } from '../road/devices';
import { startGateway, startServer, type Server } from '../road/server';
import { cpuOf, printCpu, type Cpu } from '../rollout/cpu';
import { percentile } from '../statistics';
import { measureBareServer } from './bare-server';
import { measureHerd } from './herd';
import { settledKiB } from './settled-memory';

const DEVICES = 10_000;
/** Processes that the devices are split over, so that none needs a descriptor for each. */
const SPLIT = 4;
const LOAD = { perSecond: 20, count: 600 };
const IDLE_MS = 30_000;
/** So many enrol at once that a server says no to, which has not been told. */
const SETTINGS = { COREFLEET_ENROLMENTS_PER_MINUTE: '1000000' };

/** Ten thousand idle agents on one gateway beside as many bare sockets: memory, the way to one of them, and all coming back at once. */
export async function benchGateway(config: BenchConfig): Promise<void> {
  const pool = new Pool({ connectionString: config.COREFLEET_DATABASE_URL, max: 2 });
  const split = Array.from({ length: SPLIT }, () => DEVICES / SPLIT);
  try {
    await printSettings(pool, config.COREFLEET_REDIS_URL, 1);
    print('devices', `${DEVICES}, in ${SPLIT} processes (journals in memory, tasks that take no time)`);
    const bare = await measureBareServer(split, LOAD);
    print('bare ws', `${bare.kiBPerConnection.toFixed(2)} KiB per idle connection`);
    print('HTTP POST + ws echo', latencies(bare.echoes));

    const inspectPort = await freePort();
    const options = inspectable(inspectPort).join(' ');
    const server = await startServer(config, { ...SETTINGS, NODE_OPTIONS: options });
    const emptyKiB = await settledKiB({ child: server.parts.gateway, inspectPort });
    const fleets = await startFleets(server, split);
    const deviceIds = await devicesOnline(pool, DEVICES);
    await pool.query('VACUUM ANALYZE devices, enrolments, device_links, device_facts');
    await printIdle({ server, fleets, pool, redisUrl: config.COREFLEET_REDIS_URL });
    const fullKiB = await settledKiB({ child: server.parts.gateway, inspectPort });
    const kiB = (fullKiB - emptyKiB) / DEVICES;
    print('gateway', `${(fullKiB / 1024).toFixed(0)} MiB, ${kiB.toFixed(2)} KiB per idle device`);
    printRatio('idle device / bare ws', kiB / bare.kiBPerConnection, 'at most 2, aim 1.5');

    const latency = await measureLatency(server, fleets, deviceIds, LOAD);
    print('POST to agent', `${latencies(latency)}, ${LOAD.perSecond} POSTs/s`);
    printRatio('POST to agent / echo, p99', percentile(latency, 0.99) / percentile(bare.echoes, 0.99), 'at most 10');

    const { port } = new URL(server.gatewayUrl);
    const users = { fleets, pool, redisUrl: config.COREFLEET_REDIS_URL };
    const before = await cpuOf({ ...users, server });
    const herd = await measureHerd(server, pool, deviceIds, () => startGateway(config, { COREFLEET_PORT: port }));
    const after = await cpuOf({ ...users, server: herd.server });
    print('herd', `${DEVICES} devices back in ${herd.backSeconds.toFixed(1)} s after the gateway was killed`);
    printCpu({ ...before, gateway: 0 }, after, DEVICES);
    print('API in the calm', `${latencies(herd.calm)}, ${herd.calm.length} requests`);
    print('API while they come back', `${latencies(herd.during)}, ${herd.during.length} requests`);
    printRatio('API p99, herd / calm', percentile(herd.during, 0.99) / percentile(herd.calm, 0.99), 'at most 5');
    await allEnded(pool);
    print('rows', await assertRows(pool, LOAD.count + herd.commands));
  } finally {
    await endAll();
    await pool.end();
  }
}

async function startFleets(server: Server, split: readonly number[]): Promise<ChildProcess[]> {
  const enrolmentToken = await enrolmentTokenFor(server, DEVICES);
  const fleets = split.map((devices, at) => {
    const first = 1 + split.slice(0, at).reduce((sum, part) => sum + part, 0);
    return forkRole('fleet', { server: server.url, enrolmentToken, devices, first });
  });
  await Promise.all(fleets.map((each) => nextMessage(each)));
  return fleets;
}

async function printIdle(users: Parameters<typeof cpuOf>[0]): Promise<void> {
  await sleep(IDLE_MS / 3);
  const before = await cpuOf(users);
  await sleep(IDLE_MS);
  const after = await cpuOf(users);
  const each = Object.keys(after).map((user) => `${user} ${share(before, after, user)}`);
  print('CPU while idle', `${each.join(', ')} of a core`);
}

const share = (before: Cpu, after: Cpu, user: string): string =>
  `${((((after[user] ?? 0) - (before[user] ?? 0)) / IDLE_MS) * 100).toFixed(1)}%`;

const latencies = (samples: readonly number[]): string =>
  `p50 ${percentile(samples, 0.5).toFixed(2)} ms, p99 ${percentile(samples, 0.99).toFixed(2)} ms`;
