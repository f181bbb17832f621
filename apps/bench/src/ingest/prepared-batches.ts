import type { Pool } from 'pg';
import type { ChangeSnapshot } from '@corefleet/contracts/device-protocol';
import { ChangesIngest, type Received } from '@corefleet/features/changes';
import { Database } from '@corefleet/platform/database';
import { STAGES, aRefresh } from './snapshots';

const IN_FLIGHT = 4;
/** As the gateway's lanes gather them. */
const BATCH_ITEMS = 500;

/**
 * Snapshots a second, from batches that lie ready to committed upserts, through the gateway's own storing code and as its role.
 * Of each change come three snapshots, so one in three is a new row and the others change one; two in three move the history.
 */
export async function measurePrepared(
  url: string,
  pool: Pool,
  enrolmentIds: readonly string[],
  rows: number,
): Promise<number> {
  await pool.query('TRUNCATE changes');
  const before = await historyRows(pool);
  const database = new Database({ url, connections: IN_FLIGHT, onIdleError: () => undefined });
  const ingest = new ChangesIngest(database);
  const lanes = prepare(enrolmentIds, rows);
  try {
    await database.ping();
    const startedAt = performance.now();
    await Promise.all(lanes.map((batches) => storeAll(ingest, batches)));
    const seconds = (performance.now() - startedAt) / 1000;
    await assertStored(pool, rows, before);
    return rows / seconds;
  } finally {
    await database.close();
  }
}

async function storeAll(ingest: ChangesIngest, batches: readonly Received<ChangeSnapshot>[][]): Promise<void> {
  for (const batch of batches) {
    const refused = await ingest.storeChanges(batch);
    if (refused[0]) throw new Error(`cannot trust the batches: ${refused[0].reason}`);
  }
}

/** Batches for each of the four: a device goes by the same one always, as in the gateway. */
function prepare(enrolmentIds: readonly string[], rows: number): Received<ChangeSnapshot>[][][] {
  const each = rows / STAGES.length / enrolmentIds.length;
  return Array.from({ length: IN_FLIGHT }, (_, lane) => {
    const own = enrolmentIds.filter((_id, at) => at % IN_FLIGHT === lane);
    const items: Received<ChangeSnapshot>[] = [];
    for (let change = 1; change <= each; change += 1) {
      for (const [stage, done] of STAGES.entries()) {
        const number = (change - 1) * STAGES.length + stage + 1;
        for (const enrolmentId of own)
          items.push({ enrolmentId, journalEpoch: 1, number, body: { change: aRefresh(change, done) } });
      }
    }
    return Array.from({ length: Math.ceil(items.length / BATCH_ITEMS) }, (_each, at) =>
      items.slice(at * BATCH_ITEMS, (at + 1) * BATCH_ITEMS),
    );
  });
}

const historyRows = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*)::integer AS count FROM change_history');
  return rows[0]?.count ?? 0;
};

async function assertStored(pool: Pool, rows: number, historyBefore: number): Promise<void> {
  const { rows: counted } = await pool.query<{ changes: number; newest: number }>(
    `SELECT count(*)::integer AS changes, count(*) FILTER (WHERE status = 'Done' AND number % $1 = 0)::integer AS newest FROM changes`,
    [STAGES.length],
  );
  const { changes = 0, newest = 0 } = counted[0] ?? {};
  const history = (await historyRows(pool)) - historyBefore;
  const expected = rows / STAGES.length;
  if (changes !== expected || newest !== expected || history !== 2 * expected)
    throw new Error(
      `cannot trust the batches: ${changes} changes, ${newest} newest, ${history} of history, of ${expected}`,
    );
}
