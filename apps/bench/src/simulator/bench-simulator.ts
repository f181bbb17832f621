import { cpus } from 'node:os';
import { endAll, forkRole, nextMessage } from '../process/child';
import { print } from '../print';
import { median } from '../statistics';
import type { FleetNumbers, FleetSettings } from './simulator-fleet';

const SETTINGS: FleetSettings = { devices: 10_000, idleMs: 5_000 };
const RUNS = 3;
const LIMIT_KIB = 1024 * 1024;

/** Simulated devices in a process of their own: their memory, their quiet and their speed, each run a new process. */
export async function benchSimulator(): Promise<void> {
  try {
    const runs: FleetNumbers[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await oneRun());
    print('machine', `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
    print(
      'settings',
      `${SETTINGS.devices} devices of 5 snaps in one process, instant tasks, a client each, ${RUNS} runs`,
    );
    print('process without devices', `${all(runs, (numbers) => mib(numbers.emptyKiB))} MiB`);
    print('process with devices', `${all(runs, (numbers) => mib(numbers.devicesKiB))} MiB (at most ${mib(LIMIT_KIB)})`);
    print('one device', `${all(runs, perDeviceKiB)} KiB`);
    print('with a ready change each', `${all(runs, (numbers) => mib(numbers.afterChangesKiB))} MiB`);
    print('CPU while idle', `${all(runs, (numbers) => numbers.idleCpuMs.toFixed(1))} ms in ${SETTINGS.idleMs} ms`);
    print('timers while idle', `${all(runs, (numbers) => `${numbers.idleHandles}`)} (0 wanted)`);
    print(
      'changes',
      `${all(runs, (numbers) => numbers.changesPerSecond.toFixed(0))} a second, one snap refreshed, to Done`,
    );
  } finally {
    await endAll();
  }
}

async function oneRun(): Promise<FleetNumbers> {
  return nextMessage<FleetNumbers>(forkRole('simulator-fleet', SETTINGS, ['--expose-gc']));
}

/** The median, and every run in brackets. */
function all(runs: readonly FleetNumbers[], value: (numbers: FleetNumbers) => string): string {
  const texts = runs.map(value);
  return `${median(texts.map(Number))} (${texts.join(', ')})`;
}

const mib = (kib: number): string => (kib / 1024).toFixed(0);

const perDeviceKiB = (numbers: FleetNumbers): string =>
  ((numbers.devicesKiB - numbers.emptyKiB) / SETTINGS.devices).toFixed(1);
