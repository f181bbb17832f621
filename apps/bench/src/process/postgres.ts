import { readdirSync, readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { cpuMs } from './resident';

/** Pid of the server itself, which has a child for each connection. */
export async function postmasterPid(owner: Pool): Promise<number> {
  const { rows } = await owner.query<{ pid: string }>(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`,
  );
  return Number(rows[0]?.pid);
}

/** The server and all its children (Linux). */
export const postgresPids = (postmaster: number): number[] => [
  postmaster,
  ...readdirSync('/proc').flatMap((name) => (parentOf(name) === postmaster ? [Number(name)] : [])),
];

/** CPU time of the server with all its connections, those that have ended too; milliseconds. */
export const postgresCpuMs = (postmaster: number): number =>
  postgresPids(postmaster).reduce((sum, pid) => sum + (unlessGone(() => cpuMs(pid)) ?? 0), 0);

function parentOf(pid: string): number | undefined {
  if (!/^\d+$/.test(pid)) return undefined;
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat === undefined ? undefined : Number(stat.replace(/^.*\) /, '').split(' ')[1]);
}

/** @returns undefined for a process that has ended meanwhile */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}
