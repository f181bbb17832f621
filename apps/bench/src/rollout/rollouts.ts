import type { Pool } from 'pg';
import { post, type Server } from '../road/server';

export interface RolloutOrder {
  readonly filter: string;
  /** Another one each time, so that each rollout changes its devices. */
  readonly retain: number;
  readonly maxInFlight: number;
}

export interface RolloutTimes {
  readonly id: string;
  /** From the POST until the rollout's row said that each device was verified; seconds. */
  readonly wholeSeconds: number;
  /** Of those, until the POST was answered: the plan, and its rows. */
  readonly planSeconds: number;
}

const POLL_MS = 50;
const TIMEOUT_MS = 600_000;

/** Makes a rollout of one change for the devices of the filter. @returns its id */
export async function createRollout(server: Server, order: RolloutOrder): Promise<string> {
  const parameters = { snap: 'system', values: { 'refresh.retain': order.retain } };
  const { id } = await post<{ id: string }>(server.url, server.token, '/v1/rollouts', {
    name: `bench ${order.filter} ${order.retain}`,
    does: { steps: [{ operation: 'set-configuration', parameters }] },
    filter: order.filter,
    waves: [{ percent: 1 }, { percent: 99 }],
    limits: { maxInFlight: order.maxInFlight },
  });
  return id;
}

/** Makes a rollout, and waits until it has finished. */
export async function runRollout(server: Server, pool: Pool, order: RolloutOrder): Promise<RolloutTimes> {
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const id = await createRollout(server, order);
  const planSeconds = seconds();
  for (;;) {
    const { status, reason } = await statusOf(pool, id);
    if (status === 'finished') return { id, wholeSeconds: seconds(), planSeconds };
    if (status !== 'running' && status !== 'scheduled') throw new Error(`cannot finish: it is ${status} (${reason})`);
    if (seconds() * 1000 > TIMEOUT_MS) throw new Error(`cannot finish: it is ${status} after ${seconds()} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function statusOf(pool: Pool, id: string): Promise<{ status: string; reason: string | null }> {
  const { rows } = await pool.query<{ status: string; reason: string | null }>(
    'SELECT status, reason FROM rollouts WHERE id = $1',
    [id],
  );
  if (!rows[0]) throw new Error(`cannot find rollout ${id}`);
  return rows[0];
}

/** Rows as they must be after a rollout of so many devices, or an error that says what is wrong. */
export async function assertRolloutRows(pool: Pool, id: string, devices: number, withChanges: boolean): Promise<void> {
  const { rows } = await pool.query<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM rollout_targets WHERE rollout_id = $1 AND state = 'succeeded') AS targets,
            (SELECT count(DISTINCT device_id)::int FROM commands WHERE rollout_id = $1 AND status = 'succeeded') AS commands,
            (SELECT count(*)::int FROM commands WHERE rollout_id = $1) AS attempts,
            (SELECT sum((counts->>'succeeded')::int)::int FROM waves WHERE rollout_id = $1) AS counted,
            (SELECT count(DISTINCT command_id)::int FROM changes JOIN commands ON commands.id = changes.command_id
              WHERE rollout_id = $1 AND ready AND changes.status = 'Done') AS changes`,
    [id],
  );
  const found = rows[0];
  const wanted = {
    targets: devices,
    commands: devices,
    attempts: devices,
    counted: devices,
    changes: withChanges ? devices : 0,
  };
  for (const [what, count] of Object.entries(wanted)) {
    if (found?.[what] !== count)
      throw new Error(`cannot trust the run: ${devices} devices, the rows say ${JSON.stringify(found)}`);
  }
}
