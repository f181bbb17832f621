import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis, type TestRedis } from '@corefleet/testing/redis';
import { enrolTalkers, LinkTeller } from '@corefleet/testing/talking-links';
import { Gateways } from './gateways';
import { framesOf, updatesOf, type Story } from './told-updates';

const DEVICES = 120;
const STORY: Story = { changes: 350, snapshots: 12 };
const UPDATES = DEVICES * updatesOf(STORY);
const WITHIN_MS = 1_500_000;

let database: TestDatabase;
let redis: TestRedis;
let gateways: Gateways;
let owner: Pool;
let tellers: LinkTeller[] = [];

beforeAll(async () => {
  [database, redis] = [await createTestDatabase(), testRedis()];
  owner = new Pool({ connectionString: database.url(), max: 2 });
  owner.on('error', () => undefined); // its server is killed under it
  gateways = new Gateways(database, redis);
  await gateways.start(2);
}, 300_000);

afterAll(async () => {
  for (const teller of tellers) teller.stop();
  await gateways.stop();
  await owner.end();
  await Promise.all([database.drop(), redis.cleanup()]);
}, 60_000);

const POSTMASTER = `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer AS pid`;

/** Postgres as after a loss of power: no checkpoint, everybody disconnected. Whoever started it starts it again. */
async function crashPostgres(): Promise<void> {
  const { pid } = await eventually(() => one(POSTMASTER), {
    what: 'Postgres',
    timeoutMs: 300_000,
  });
  if (pid === undefined) throw new Error('cannot crash Postgres: it does not say which process it is');
  process.kill(pid, 'SIGQUIT');
}

const killGateway = (which: number) => (): Promise<void> => gateways.replace(which);

/** What happens when so much of everything is acknowledged. */
const BLOWS: readonly [share: number, blow: () => Promise<void>][] = [
  [0.1, killGateway(0)],
  [0.3, crashPostgres],
  [0.5, killGateway(1)],
  [0.7, crashPostgres],
  [0.75, killGateway(0)],
];

async function strike(acked: () => number): Promise<void> {
  for (const [share, blow] of BLOWS) {
    while (acked() < share * UPDATES) await sleep(20);
    await blow();
  }
}

const one = async (text: string): Promise<Record<string, number>> => {
  const { rows } = await owner.query<Record<string, number>>(text);
  return rows[0] ?? {};
};

describe('more than a million updates', () => {
  it(
    'are all there, once, the newest, though gateways are killed, Postgres crashes, and much is said twice and late',
    async () => {
      const talkers = await enrolTalkers(owner, DEVICES);
      tellers = talkers.map((talker) => new LinkTeller(() => gateways.url(), talker, framesOf(STORY)));
      const acked = (): number => tellers.reduce((sum, teller) => sum + teller.acked, 0);
      await Promise.all([strike(acked), ...tellers.map((teller) => teller.tell())]);

      const breaks = tellers.map((teller) => teller.breaks);
      expect(UPDATES).toBeGreaterThan(1_000_000);
      expect(acked()).toBeGreaterThan(UPDATES);
      expect(Math.max(...breaks)).toBeGreaterThan(1);

      const [changes, last] = [DEVICES * STORY.changes, STORY.snapshots];
      const newest = 2 * STORY.changes * (last - 1);
      expect(
        await one(`SELECT count(*)::integer AS there,
          count(*) FILTER (WHERE status = 'Done' AND ready AND summary = '${last}'
            AND number = ${newest} + 2 * change_id::integer - 1)::integer AS newest FROM changes`),
      ).toEqual({ there: changes, newest: changes });
      expect(
        await one(
          `SELECT count(*)::integer AS there, count(*) FILTER (WHERE occurrences = ${last})::integer AS newest FROM notices`,
        ),
      ).toEqual({ there: changes, newest: changes });
      expect(
        await one(`SELECT count(*) FILTER (WHERE status = 'Done')::integer AS ends,
            count(*)::integer - count(DISTINCT (enrolment_id, change_id, status))::integer AS twice FROM change_history`),
      ).toEqual({ ends: changes, twice: 0 });
      expect(await one('SELECT count(*)::integer AS count FROM quarantined_items')).toEqual({ count: 0 });
    },
    WITHIN_MS,
  );
});
