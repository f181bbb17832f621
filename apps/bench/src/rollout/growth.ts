import type { Pool } from 'pg';
import { print, printRatio } from '../print';
import type { BenchConfig } from '../process/settings';
import type { Server } from '../road/server';
import { median } from '../statistics';
import { InstantFleet } from './instant-fleet';
import { assertRolloutRows, createRollout, runRollout } from './rollouts';
import { measureSweeps } from './sweeps';

/** Targets of a rollout, and how often it is measured. */
const SIZES = [
  { devices: 1_000, runs: 5 },
  { devices: 10_000, runs: 3 },
  { devices: 100_000, runs: 1 },
] as const;

const AWAY = { devices: 10, label: 'growth-away' };
const labelOf = (devices: number): string => `growth-${devices}`;

/**
 * What a target costs in rollouts of every size, and what a sweep costs when much is finished. There are no sockets and no
 * snapds here: results come as the gateway would store them.
 */
export async function measureGrowth(config: BenchConfig, server: Server, pool: Pool): Promise<void> {
  const fleet = new InstantFleet(config);
  for (const { devices } of SIZES) await fleet.add(devices, labelOf(devices));
  await fleet.addUnheard(AWAY.devices, AWAY.label);
  await pool.query('VACUUM ANALYZE');
  await fleet.start();
  await measure(server, pool, SIZES[0].devices);
  const costs: number[] = [];
  let finishedId = '';
  for (const { devices, runs } of SIZES) {
    const millis: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const { id, wholeSeconds } = await measure(server, pool, devices);
      millis.push((wholeSeconds * 1000) / devices);
      if (devices === SIZES[0].devices) finishedId = id;
    }
    costs.push(median(millis));
    const each = millis.map((ms) => ms.toFixed(3)).join(', ');
    print(`a target of ${devices}`, `${median(millis).toFixed(3)} ms (${each}); no sockets, no snapds`);
  }
  const [first = 0, last = 0] = [costs[0], costs.at(-1)];
  printRatio(`... at ${SIZES[2].devices} / at ${SIZES[0].devices}`, last / first, 'at most 1.3');
  await createRollout(server, { filter: `label.bench=${AWAY.label}`, retain: 2, maxInFlight: 10 });
  await measureSweeps(server, pool, finishedId);
  await fleet.stop();
}

let retain = 2;

/** One rollout for all devices of that size, its rows counted back. */
async function measure(server: Server, pool: Pool, devices: number): Promise<{ id: string; wholeSeconds: number }> {
  retain = retain === 20 ? 2 : retain + 1;
  const order = { filter: `label.bench=${labelOf(devices)}`, retain, maxInFlight: 1_000 };
  const done = await runRollout(server, pool, order);
  await assertRolloutRows(pool, done.id, devices, false);
  return done;
}
