import { Pool } from 'pg';
import { enrolTalkers } from '@corefleet/testing/talking-links';
import { print, printRatio, rates } from '../print';
import { endAll } from '../process/child';
import { postgresCpuMs, postmasterPid } from '../process/postgres';
import { printSettings } from '../process/print-settings';
import type { BenchConfig } from '../process/settings';
import { startServer } from '../road/server';
import { median } from '../statistics';
import { measureCopy } from './copy-baseline';
import { measurePause, SETTINGS, type PausedMemory } from './paused-database';
import { measurePrepared } from './prepared-batches';
import { STAGES, aRefresh } from './snapshots';
import { measureFrames } from './told-frames';

const RUNS = 3;
/** Of the batches. */
const DEVICES = 1_000;
/** Whole rounds of three snapshots of each change of each device. */
const ROWS = 90_000;

interface Samples {
  readonly rates: number[];
  /** CPU time of Postgres for each row, in microseconds. */
  readonly cpuUs: number[];
}

/** Snapshots of changes on their way into Postgres, beside a COPY of the same rows in the same run; and a database that stands still. */
export async function benchIngest(config: BenchConfig): Promise<void> {
  const pool = new Pool({ connectionString: config.COREFLEET_DATABASE_URL, max: 2 });
  try {
    await printSettings(pool, config.COREFLEET_REDIS_URL, RUNS);
    const server = await startServer(config, SETTINGS);
    const enrolmentIds = (await enrolTalkers(pool, DEVICES)).map(({ enrolmentId }) => enrolmentId);
    const gatewayUrl = config.COREFLEET_GATEWAY_DATABASE_URL;
    const postgres = await postmasterPid(pool);
    const [copied, prepared, told] = [samples(), samples(), samples()];
    for (let run = 0; run < RUNS; run += 1) {
      await take(copied, postgres, () => measureCopy(pool, enrolmentIds, ROWS));
      await take(prepared, postgres, () => measurePrepared(gatewayUrl, pool, enrolmentIds, ROWS));
      await take(told, postgres, () => measureFrames(config, server, pool, ROWS));
    }
    const bytes = JSON.stringify(aRefresh(1, STAGES[1])).length;
    print('snapshots', `${ROWS} a run, three of each change, ${(bytes / 1024).toFixed(1)} KiB each`);
    print('COPY', shown(copied, 'rows'));
    print('prepared batches', shown(prepared, 'snapshots'));
    printRatio('prepared batches / COPY', median(prepared.rates) / median(copied.rates), 'at least 0.3');
    print("agents' frames", shown(told, 'snapshots'));
    printRatio('frames / prepared batches', median(told.rates) / median(prepared.rates), 'at least 0.5');
    printPause(await measurePause(config, pool));
  } finally {
    await endAll();
    await pool.end();
  }
}

const samples = (): Samples => ({ rates: [], cpuUs: [] });

async function take(into: Samples, postgres: number, measure: () => Promise<number>): Promise<void> {
  const before = postgresCpuMs(postgres);
  into.rates.push(await measure());
  into.cpuUs.push(((postgresCpuMs(postgres) - before) * 1000) / ROWS);
}

const shown = (of: Samples, what: string): string =>
  `${rates(of.rates)} ${what}/s, ${median(of.cpuUs).toFixed(0)} us of Postgres's CPU each`;

function printPause({ calmKiB, samplesKiB, agents }: PausedMemory): void {
  const mib = (kib: number): string => (kib / 1024).toFixed(0);
  const [half = 0, last = 0] = [samplesKiB[Math.floor(samplesKiB.length / 2)], samplesKiB.at(-1)];
  print(
    'database paused',
    `a minute, ${agents} agents go on: gateway ${mib(calmKiB)} MiB before, then ${samplesKiB.map(mib).join(', ')}`,
  );
  printRatio('memory, last / half way', last / half, 'flat: at most 1.1');
}
