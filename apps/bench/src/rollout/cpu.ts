import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { print } from '../print';
import { cpuMs } from '../process/resident';
import type { Server } from '../road/server';

/** Milliseconds of CPU by who used them. */
export type Cpu = Readonly<Record<string, number>>;

/** What has CPU time of its own. */
export interface Users {
  readonly server: Server;
  readonly fleets: readonly ChildProcess[];
  readonly pool: Pool;
  readonly redisUrl: string;
}

/** CPU time used by everybody since their start. */
export async function cpuOf({ server, fleets, pool, redisUrl }: Users): Promise<Cpu> {
  const parts = Object.entries(server.parts).map(([part, { pid }]) => [part, cpuMs(pid)] as const);
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const postmaster = parentOf(rows[0]?.pid ?? 0);
  const backends = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === postmaster);
  const postgres = backends.reduce((sum, pid) => sum + cpuMs(Number(pid)), cpuMs(postmaster));
  const redis = new Redis(redisUrl);
  const said = await redis.info('cpu');
  redis.disconnect();
  const redisMs = [...said.matchAll(/^used_cpu_(?:sys|user):(\S+)/gm)].reduce(
    (sum, [, s]) => sum + Number(s) * 1000,
    0,
  );
  const fleet = fleets.reduce((sum, { pid }) => sum + cpuMs(pid), 0);
  return Object.fromEntries([...parts, ['fleet', fleet], ['postgres', postgres], ['redis', redisMs]]);
}

/** What each device has cost everybody between the two. */
export function printCpu(before: Cpu, after: Cpu, devices: number): void {
  const each = Object.keys(after).map((user) => [user, ((after[user] ?? 0) - (before[user] ?? 0)) / devices] as const);
  const words = each.map(([user, ms]) => `${user} ${ms.toFixed(3)}`).join(', ');
  const total = each.reduce((sum, [, ms]) => sum + ms, 0);
  print('CPU of a device', `${total.toFixed(3)} ms: ${words}`);
}

/** 0 for a process that is gone. */
function parentOf(pid: number): number {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[1],
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return 0;
    throw error;
  }
}
