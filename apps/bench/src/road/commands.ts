import type { ChildProcess } from 'node:child_process';
import type { Pool } from 'pg';
import { ask } from '../process/child';
import type { Arrival } from './fleet-role';
import { postAtRate, type Load } from './load';
import { post, type Server } from './server';

/** A change of snapd that a device makes at once: each command is accepted, runs a change and is verified. */
const ORDER = { operation: 'set-configuration', parameters: { snap: 'system', values: { 'refresh.retain': 3 } } };
const POLL_MS = 50;
const TIMEOUT_MS = 300_000;

/**
 * Commands a second through the whole road: from the first POST until the last command is verified and its row says so.
 * Each POST orders one command for every device; two POSTs are under way at a time.
 */
export async function measureThroughput(
  server: Server,
  pool: Pool,
  deviceIds: readonly string[],
  posts: number,
): Promise<number> {
  const startedAt = performance.now();
  let left = posts;
  const postInTurn = async (): Promise<void> => {
    while (left-- > 0) await post(server.url, server.token, '/v1/commands', { ...ORDER, deviceIds });
  };
  await Promise.all([postInTurn(), postInTurn()]);
  await allEnded(pool);
  return (posts * deviceIds.length) / ((performance.now() - startedAt) / 1000);
}

/** Resolves once no command is open. @throws when that takes too long */
export async function allEnded(pool: Pool): Promise<void> {
  const until = performance.now() + TIMEOUT_MS;
  for (let left = await open(pool); left > 0; left = await open(pool)) {
    if (performance.now() > until) throw new Error(`cannot finish: ${left} commands are open`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Milliseconds from a POST for one device until its agent has verified and journalled the command. */
export async function measureLatency(
  server: Server,
  fleets: readonly ChildProcess[],
  deviceIds: readonly string[],
  load: Load,
): Promise<number[]> {
  await takeArrivals(fleets);
  const sentAt = new Map<string, number>();
  await postAtRate(load, async (at) => {
    const now = performance.timeOrigin + performance.now();
    const deviceId = deviceIds[at % deviceIds.length];
    const { commands } = await post<{ commands: { id: string }[] }>(server.url, server.token, '/v1/commands', {
      ...ORDER,
      deviceIds: [deviceId],
    });
    for (const { id } of commands) sentAt.set(id, now);
  });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const arrivals = await takeArrivals(fleets);
  if (arrivals.length !== load.count)
    throw new Error(`cannot judge: ${arrivals.length} of ${load.count} commands arrived`);
  return arrivals.map(({ commandId, at }) => at - (sentAt.get(commandId) ?? Number.NaN));
}

/** What the fleets have noted since they were last asked. */
async function takeArrivals(fleets: readonly ChildProcess[]): Promise<Arrival[]> {
  const taken = await Promise.all(fleets.map((each) => ask<{ arrivals: Arrival[] }>(each, { take: 'arrivals' })));
  return taken.flatMap(({ arrivals }) => arrivals);
}

/** Rows as they must be afterwards, or an error that says what is wrong. */
export async function assertRows(pool: Pool, commands: number): Promise<string> {
  const { rows } = await pool.query<{ succeeded: number; open: number; changes: number; sequences: number }>(
    `SELECT count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded,
            count(*) FILTER (WHERE finished_at IS NULL)::int AS open,
            count(DISTINCT (enrolment_id, sequence))::int AS sequences,
            (SELECT count(DISTINCT command_id)::int FROM changes WHERE ready AND status = 'Done') AS changes
       FROM commands`,
  );
  const [found] = rows;
  if (found?.succeeded !== commands || found.open !== 0 || found.changes !== commands || found.sequences !== commands) {
    throw new Error(`cannot trust the run: ${commands} commands were asked for, the rows say ${JSON.stringify(found)}`);
  }
  return `${found.succeeded} commands succeeded, ${found.changes} changes Done, none open`;
}

/** Commands that are not at their end: an index answers, so that looking costs the database next to nothing. */
async function open(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM commands WHERE finished_at IS NULL',
  );
  return rows[0]?.count ?? 0;
}
