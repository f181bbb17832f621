import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectGarbage } from '../process/garbage';
import { residentKiB } from '../process/resident';

const SETTLE_MS = 3_000;

/** A process whose memory is measured. */
export interface Measured {
  readonly child: ChildProcess;
  readonly inspectPort: number;
}

/** Resident memory once the garbage is collected and given back, KiB. */
export async function settledKiB({ child, inspectPort }: Measured): Promise<number> {
  await collectGarbage(child, inspectPort);
  await sleep(SETTLE_MS);
  return residentKiB(child.pid);
}
