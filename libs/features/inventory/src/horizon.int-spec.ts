import { randomUUID } from 'node:crypto';
import { Clock } from '@corefleet/platform/clock';
import { Database, Prisma } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { HistoryReadModel, setsAsOf, snapsAsOf } from './index';

let store: TestDatabase;
let gateway: Database;
let api: Database;
let worker: Database;
let history: HistoryReadModel;
const enrolmentId = randomUUID();

const connect = (role: TestRole): Database =>
  new Database({ url: store.url(role), connections: 2, onIdleError: () => undefined });

const NOW = new Date('2026-11-28T12:00:00Z');

beforeAll(async () => {
  store = await createTestDatabase();
  gateway = connect('corefleet_gateway');
  [api, worker] = [connect('corefleet_api'), connect('corefleet_worker')];
  history = new HistoryReadModel(api, Object.assign(new Clock(), { now: () => NOW }));
});

afterAll(async () => {
  await Promise.all([gateway.close(), api.close(), worker.close()]);
  await store.drop();
});

let number = 0;

async function tell(when: string, revision: string): Promise<void> {
  const facts = {
    snaps: [{ name: 'app', revision, status: 'active' }],
    'validation-sets': [{ 'account-id': 'acme', name: 'base', sequence: Number(revision) }],
  };
  for (const [name, value] of Object.entries(facts)) {
    number += 1;
    await gateway.rows(
      'tell',
      `INSERT INTO device_facts VALUES ($1::uuid, $2::text, $3::text, $4::jsonb, 1, $5::bigint, $6::timestamptz)
       ON CONFLICT (enrolment_id, name) DO UPDATE SET digest = excluded.digest, value = excluded.value, received_at = excluded.received_at`,
      [enrolmentId, name, JSON.stringify(value), JSON.stringify(value), number, when],
    );
  }
}

async function shownOn(day: string): Promise<string[]> {
  const asOf = new Date(day);
  const rows = await api.query<{ shown: string }>(Prisma.sql`
    SELECT revision AS shown FROM ${snapsAsOf(asOf)} AS s UNION ALL SELECT sequence::text FROM ${setsAsOf(asOf)} AS s`);
  return rows.map(({ shown }) => shown);
}

const keep = (at: Date, days: number) =>
  worker.rows<{ did: string; partition: string }>('keep', 'SELECT * FROM keep_history_partitions($1, $2)', [at, days]);

describe('the past of facts', () => {
  it('answers the same when it is partitioned, and further back than its oldest partition not at all', async () => {
    await tell('2026-03-10T00:00:00Z', '1');
    await tell('2026-05-20T00:00:00Z', '2');
    await tell('2026-11-02T00:00:00Z', '3');
    const days = ['2026-03-01', '2026-03-10', '2026-05-03', '2026-05-20', '2026-11-01', '2026-11-03'];
    const before = await Promise.all(days.map(shownOn));
    expect(before).toEqual([[], ['1', '1'], ['1', '1'], ['2', '2'], ['2', '2'], ['3', '3']]);
    await history.checkAsOf(new Date('2026-03-01'));

    const made = (await keep(NOW, 400)).map(({ partition }) => partition);
    for (const table of ['device_facts_past', 'device_snaps_past', 'device_sets_past']) {
      expect(made).toEqual(expect.arrayContaining([`${table}_202605`, `${table}_202611`]));
    }
    expect(await Promise.all(days.map(shownOn))).toEqual(before);
    await history.checkAsOf(new Date('2026-05-03'));

    const dropped = (await keep(NOW, 100)).filter(({ did }) => did === 'dropped').map(({ partition }) => partition);
    expect(dropped.sort()).toEqual(['device_facts_past_202605', 'device_sets_past_202605', 'device_snaps_past_202605']);
    await expect(history.checkAsOf(new Date('2026-05-03'))).rejects.toMatchObject({
      problems: [{ field: 'asOf', message: 'is before what is kept, which begins at 2026-11-01T00:00:00.000Z' }],
    });
    await history.checkAsOf(new Date('2026-11-01'));
    expect(await Promise.all(days.slice(-2).map(shownOn))).toEqual(before.slice(-2));
    await expect(history.checkAsOf(new Date(NOW.getTime() + 1))).rejects.toThrow('is in the future');
  });
});
