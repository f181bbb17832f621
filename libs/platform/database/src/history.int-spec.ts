import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { Database } from './database';
import { keepHistoryPartitions } from './history';

const AT = new Date('2026-05-03T10:00:00Z');
const DAY_MS = 86_400_000;

let test: TestDatabase;
let owner: Client;
let worker: Database;

beforeAll(async () => {
  test = await createTestDatabase();
  owner = new Client({ connectionString: test.url() });
  await owner.connect();
  worker = new Database({ url: test.url('corefleet_worker'), connections: 3, onIdleError: () => {} });
});

afterAll(async () => {
  await worker.close();
  await owner.end();
  await test.drop();
});

/** A history as a migration makes one: append-only, with one row for each time that is given. */
beforeEach(async () => {
  await owner.query(`
    DELETE FROM history_tables;
    DROP TABLE IF EXISTS told;
    CREATE TABLE told (id bigserial, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE told_default PARTITION OF told DEFAULT;
    CREATE TRIGGER told_append_only BEFORE UPDATE OR DELETE ON told FOR EACH ROW EXECUTE FUNCTION refuse_target_event_edit();
    INSERT INTO history_tables (name, step) VALUES ('told', 'day');
  `);
});

const tell = (...times: string[]): Promise<unknown> =>
  owner.query('INSERT INTO told (at) SELECT unnest($1::timestamptz[])', [times]);

const daysAfter = (days: number): Date => new Date(AT.getTime() + days * DAY_MS);

async function perPartition(): Promise<Record<string, number>> {
  const { rows } = await owner.query<{ partition: string; count: number }>(
    'SELECT tableoid::regclass::text AS partition, count(*)::integer AS count FROM told GROUP BY 1',
  );
  return Object.fromEntries(rows.map(({ partition, count }) => [partition, count]));
}

describe('partitions of histories', () => {
  it('makes those of today and a week to come, once', async () => {
    const { made } = await keepHistoryPartitions(worker, AT, 30);
    expect(made).toEqual([3, 4, 5, 6, 7, 8, 9, 10].map((day) => `told_202605${String(day).padStart(2, '0')}`));
    expect(await keepHistoryPartitions(worker, AT, 30)).toEqual({ made: [], dropped: [], putOff: [] });
    expect((await keepHistoryPartitions(worker, daysAfter(1), 30)).made).toEqual(['told_20260511']);
  });

  it('makes months where that is the step', async () => {
    await owner.query(`UPDATE history_tables SET step = 'month'`);
    expect((await keepHistoryPartitions(worker, AT, 30)).made).toEqual(['told_202605', 'told_202606', 'told_202607']);
    await tell('2026-05-31T23:59:59.999999Z', '2026-06-01T00:00:00Z');
    expect(await perPartition()).toEqual({ told_202605: 1, told_202606: 1 });
  });

  it('keeps what is told before there is a partition, and moves it into its own', async () => {
    await tell('2026-05-03T00:00:00Z', '2026-05-03T23:59:59.999999Z', '2026-05-04T00:00:00Z', '2026-04-28T12:00:00Z');
    expect(await perPartition()).toEqual({ told_default: 4 });
    const { made } = await keepHistoryPartitions(worker, AT, 30);
    expect(made).toHaveLength(9);
    expect(await perPartition()).toEqual({ told_20260503: 2, told_20260504: 1, told_20260428: 1 });
  });

  it('stays append-only after rows were moved', async () => {
    await tell('2026-05-03T00:00:00Z', '2027-01-01T00:00:00Z');
    await keepHistoryPartitions(worker, AT, 30);
    await tell('2028-01-01T00:00:00Z');
    await expect(owner.query('DELETE FROM told_20260503')).rejects.toThrow('append-only');
    await expect(owner.query('DELETE FROM told_default')).rejects.toThrow('append-only');
  });

  it('drops what ended longer ago than it is kept, and nothing younger', async () => {
    await keepHistoryPartitions(worker, AT, 30);
    await tell('2026-05-03T10:00:00Z', '2026-05-04T10:00:00Z');
    expect((await keepHistoryPartitions(worker, new Date('2026-06-02T23:59:59Z'), 30)).dropped).toEqual([]);
    expect((await keepHistoryPartitions(worker, new Date('2026-06-03T00:00:00Z'), 30)).dropped).toEqual([
      'told_20260503',
    ]);
    expect(await perPartition()).toEqual({ told_20260504: 1 });
  });

  it('keeps a history with a number of its own for so long', async () => {
    await keepHistoryPartitions(worker, AT, 1);
    await owner.query('UPDATE history_tables SET kept_days = 100');
    expect((await keepHistoryPartitions(worker, daysAfter(50), 1)).dropped).toEqual([]);
    expect((await keepHistoryPartitions(worker, daysAfter(101), 1)).dropped).toEqual(['told_20260503']);
  });

  it('drops nothing because a worker says that it is later than it is', async () => {
    const now = new Date();
    const { made } = await keepHistoryPartitions(worker, now, 30);
    expect((await keepHistoryPartitions(worker, new Date(now.getTime() + 3_650 * DAY_MS), 30)).dropped).toEqual([]);
    expect(made).toHaveLength(8);
  });

  it('puts off what somebody else holds, does the others, and catches up', async () => {
    await owner.query(`
      CREATE TABLE IF NOT EXISTS said (at timestamptz NOT NULL) PARTITION BY RANGE (at);
      CREATE TABLE IF NOT EXISTS said_default PARTITION OF said DEFAULT;
      INSERT INTO history_tables (name, step) VALUES ('said', 'month')`);
    await owner.query('BEGIN; LOCK TABLE said_default IN ACCESS SHARE MODE');
    const first = await keepHistoryPartitions(worker, AT, 30);
    await owner.query('ROLLBACK');
    expect([first.putOff, first.made.length]).toEqual([['said'], 8]);
    expect((await keepHistoryPartitions(worker, AT, 30)).made).toEqual(['said_202605', 'said_202606', 'said_202607']);
  });

  it('makes each once when two workers are at it', async () => {
    await tell('2026-05-03T00:00:00Z');
    const both = await Promise.all([1, 2].map(() => keepHistoryPartitions(worker, AT, 30)));
    expect(both.flatMap(({ made }) => made).length).toBe(8);
    expect(await perPartition()).toEqual({ told_20260503: 1 });
  });

  it('lets no one but the worker do it, and the worker no more than that', async () => {
    const api = new Database({ url: test.url('corefleet_api'), connections: 1, onIdleError: () => {} });
    try {
      await expect(keepHistoryPartitions(api, AT, 30)).rejects.toThrow('permission denied');
      await expect(keepHistoryPartitions(worker, AT, 0)).rejects.toThrow('less than a day');
      for (const text of [`UPDATE history_tables SET kept_days = 1`, `DROP TABLE told_default`]) {
        await expect(worker.pool.query(text)).rejects.toThrow(/permission denied|must be owner/);
      }
    } finally {
      await api.close();
    }
  });
});
