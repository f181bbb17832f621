import type { Device } from './device';
import { formatTime } from '../go-time';

const HOLD_NS = 2n * 3_600_000_000_000n;

/** The first change of a classic system: there is nothing to install, and refreshes are held for two hours (✔). */
export function seedClassic(device: Device): void {
  device.conf.set('core', { refresh: { hold: formatTime(device.seededNs + HOLD_NS) } });
  const change = device.changes.spawn({ kind: 'seed', summary: 'Initialize system state' });
  const tasks = [
    device.changes.addTask(change, { kind: 'run-hook', summary: 'Run configure hook of "core" snap if present' }),
    device.changes.addTask(change, { kind: 'mark-seeded', summary: 'Mark system seeded' }),
  ];
  for (const task of tasks) device.changes.setStatus(change, task, 'Doing');
  for (const task of tasks) device.changes.setStatus(change, task, 'Done');
}
