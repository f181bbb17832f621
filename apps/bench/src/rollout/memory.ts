import { print } from '../print';
import { forgetPeak, peakKiB, residentKiB } from '../process/resident';
import type { Part, Server } from '../road/server';

const PARTS = ['api', 'worker', 'signer', 'gateway'] as const;

/** Begins a new peak in every process of the server. */
export function forgetPeaks({ parts }: Server): void {
  for (const part of PARTS) forgetPeak(parts[part].pid);
}

/** What each process holds, and the most it held since `forgetPeaks`; MiB. */
export type Memory = Readonly<Record<Part, { readonly heldMiB: number; readonly peakMiB: number }>>;

export function memoryOf({ parts }: Server): Memory {
  const entry = (part: Part) => {
    const { pid } = parts[part];
    return [part, { heldMiB: residentKiB(pid) / 1024, peakMiB: peakKiB(pid) / 1024 }] as const;
  };
  return Object.fromEntries(PARTS.map(entry)) as Memory;
}

/** The peak of each process in each run. */
export function printMemory(runs: readonly Memory[]): void {
  for (const part of PARTS) {
    const peaks = runs.map((memory) => memory[part].peakMiB.toFixed(0)).join(', ');
    print(`peak memory of the ${part}`, `${peaks} MiB, run by run`);
  }
}
