import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { post, type Server } from '../road/server';
import { apiLatencies } from './api-load';

const CALM_MS = 20_000;
const POLL_MS = 500;
const TIMEOUT_MS = 600_000;
/** Devices that are ordered something while they are away. */
const ORDERED = 200;

export interface HerdNumbers {
  /** With the gateway that took the place of the killed one. */
  readonly server: Server;
  /** Milliseconds of requests to the API before, and while the devices came back. */
  readonly calm: readonly number[];
  readonly during: readonly number[];
  /** From the end of the gateway until the last device was linked again. */
  readonly backSeconds: number;
  /** Commands issued meanwhile. */
  readonly commands: number;
}

/**
 * Kills the gateway on the spot and starts another in its place: every device comes back at once.
 * @param startAgain at the same address
 */
export async function measureHerd(
  server: Server,
  pool: Pool,
  deviceIds: readonly string[],
  startAgain: () => Promise<{ child: ChildProcess }>,
): Promise<HerdNumbers> {
  const calmUntil = performance.now() + CALM_MS;
  const calm = await apiLatencies(server, deviceIds, () => performance.now() < calmUntil);

  const killedAt = await now(pool);
  const startedAt = performance.now();
  const gone = once(server.parts.gateway, 'exit');
  server.parts.gateway.kill('SIGKILL');
  await gone;
  let isOver = false;
  const loaded = apiLatencies(server, deviceIds, () => !isOver);
  try {
    const commands = await orderSomething(server, deviceIds);
    const { child: gateway } = await startAgain();
    await everyoneBack(pool, killedAt, deviceIds.length);
    const backSeconds = (performance.now() - startedAt) / 1000;
    isOver = true;
    return {
      calm,
      during: await loaded,
      backSeconds,
      commands,
      server: { ...server, parts: { ...server.parts, gateway } },
    };
  } finally {
    isOver = true;
  }
}

async function orderSomething({ url, token }: Server, deviceIds: readonly string[]): Promise<number> {
  const order = { operation: 'set-configuration', parameters: { snap: 'system', values: { 'refresh.retain': 4 } } };
  const ordered = deviceIds.slice(0, ORDERED);
  await post(url, token, '/v1/commands', { ...order, deviceIds: ordered });
  return ordered.length;
}

async function everyoneBack(pool: Pool, since: Date, devices: number): Promise<void> {
  const until = performance.now() + TIMEOUT_MS;
  for (;;) {
    const { rows } = await pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM device_links WHERE connected_at > $1',
      [since],
    );
    const back = rows[0]?.count ?? 0;
    if (back === devices) return;
    if (performance.now() > until) throw new Error(`cannot finish: ${back} of ${devices} devices came back`);
    await sleep(POLL_MS);
  }
}

async function now(pool: Pool): Promise<Date> {
  const { rows } = await pool.query<{ now: Date }>('SELECT now()');
  return rows[0]?.now ?? new Date(Number.NaN);
}
