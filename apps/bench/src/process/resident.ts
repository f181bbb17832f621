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

/** Ticks of CPU time a second, as every Linux tells them (sysconf _SC_CLK_TCK). */
const TICKS = 100;

/** CPU time that a process has used since its start, with that of its children that have ended; milliseconds. */
export function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return (ticks * 1000) / TICKS;
}
