import { Pool } from 'pg';
import { endAll, forkRole, nextMessage } from '../process/child';
import { print, printRatio } from '../print';
import { printSettings } from '../process/print-settings';
import type { BenchConfig } from '../process/settings';
import { median } from '../statistics';
import type { PlanNumbers, PlanSettings } from './plan-work';
import { seedFleet } from './seed-fleet';
import { SNAPS } from './sets';

const DEVICES = 10_000;
const FEW_DEVICES = 1_000;
const RUNS = 3;
const LIMIT = 3;

/** Plans of a validation set for a fleet, beside reading the rows they are made from, each run in a process of its own. */
export async function benchPlan(config: BenchConfig): Promise<void> {
  const pool = new Pool({ connectionString: config.COREFLEET_DATABASE_URL, max: 2 });
  const url = config.COREFLEET_API_DATABASE_URL;
  try {
    await printSettings(pool, config.COREFLEET_REDIS_URL, RUNS);
    const bytes = await seedFleet(pool, DEVICES);
    const runs = { read: [] as PlanNumbers[], plan: [] as PlanNumbers[], few: [] as PlanNumbers[] };
    for (let run = 0; run < RUNS; run += 1) {
      runs.read.push(await work({ work: 'read', url, devices: DEVICES }));
      runs.plan.push(await work({ work: 'plan', url, devices: DEVICES }));
      runs.few.push(await work({ work: 'plan', url, devices: FEW_DEVICES }));
    }
    print(
      'fleet',
      `${DEVICES} devices x ${SNAPS.length} snaps, ${(bytes / DEVICES / 1024).toFixed(1)} KiB of facts each`,
    );
    print('reading the rows', shown(runs.read));
    print('the plan', shown(runs.plan));
    printRatio('plan / reading its rows', msOf(runs.plan) / msOf(runs.read), `at most ${LIMIT}`);
    print(`the plan of ${FEW_DEVICES}`, shown(runs.few));
    const perDevice = msOf(runs.plan) / DEVICES / (msOf(runs.few) / FEW_DEVICES);
    printRatio('per device, 10,000 / 1,000', perDevice, 'at most 1.3');
    print('verdicts', JSON.stringify(await checked(pool, runs.plan)));
  } finally {
    await endAll();
    await pool.end();
  }
}

const work = (settings: PlanSettings): Promise<PlanNumbers> => nextMessage(forkRole('plan-work', settings));

const msOf = (runs: readonly PlanNumbers[]): number => median(runs.map(({ ms }) => ms));

/** `2514 ms (2514, 2530, 2601), peak 160 MiB`. */
function shown(runs: readonly PlanNumbers[]): string {
  const peak = Math.max(...runs.map((run) => run.peakKiB)) / 1024;
  return `${msOf(runs).toFixed(0)} ms (${runs.map(({ ms }) => ms.toFixed(0)).join(', ')}), peak ${peak.toFixed(0)} MiB`;
}

/** The plans of all runs are the same, and one for each row of a device. */
async function checked(pool: Pool, runs: readonly PlanNumbers[]): Promise<Record<string, number>> {
  const rows = await pool.query<{ devices: string }>('SELECT count(*) AS devices FROM devices');
  const devices = Number(rows.rows[0]?.devices);
  for (const { counted } of runs) {
    const { change = 0, nothing = 0, blocked = 0 } = counted;
    if (change + nothing + blocked !== devices || change !== 0.8 * devices || nothing !== 0.1 * devices) {
      throw new Error(`cannot trust the plan: ${JSON.stringify(counted)} of ${devices} devices`);
    }
  }
  return runs[0]?.counted ?? {};
}
