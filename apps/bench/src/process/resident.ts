import { readFileSync, writeFileSync } from 'node:fs';

/** Memory that a process holds now, in KiB. */
export const residentKiB = (pid: number | undefined): number => statusKiB(pid, 'VmRSS');

/** The most it has held since its start, or since `forgetPeak`, in KiB. */
export const peakKiB = (pid: number | undefined): number => statusKiB(pid, 'VmHWM');

/** Begins a new peak (Linux, proc(5) clear_refs). */
export function forgetPeak(pid: number | undefined): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function statusKiB(pid: number | undefined, name: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]);
}
