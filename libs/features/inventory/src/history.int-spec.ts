import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { FactName } from '@corefleet/contracts/device-protocol';
import { Database, Prisma } from '@corefleet/platform/database';
import { createTestDatabase, plansOfTriggers, type TestDatabase } from '@corefleet/testing/postgres';
import { enrolmentsAsOf, factsAsOf, InventoryIngest, setsAsOf, snapsAsOf } from './index';

let store: TestDatabase;
let gateway: Database;
let api: Database;
let owner: Database;
let enrolmentId: string;

const connect = (url: string): Database => new Database({ url, connections: 2, onIdleError: () => undefined });

beforeAll(async () => {
  store = await createTestDatabase();
  gateway = connect(store.url('corefleet_gateway'));
  [api, owner] = [connect(store.url('corefleet_api')), connect(store.url())];
});

beforeEach(() => {
  enrolmentId = randomUUID();
});

afterAll(async () => {
  await Promise.all([gateway.close(), api.close(), owner.close()]);
  await store.drop();
});

const at = (day: number, ms = 0): Date => new Date(Date.UTC(2026, 4, day) + ms);
let number = 0;

/** What the gateway writes when a fact comes, at a time of the test's own. */
async function tell(when: Date, name: FactName, value: unknown): Promise<void> {
  number += 1;
  await gateway.rows(
    'tell',
    `INSERT INTO device_facts VALUES ($1::uuid, $2::text, $3::text, $4::jsonb, 1, $5::bigint, $6::timestamptz)
     ON CONFLICT (enrolment_id, name) DO UPDATE SET digest = excluded.digest, value = excluded.value, number = excluded.number,
       received_at = CASE WHEN device_facts.digest = excluded.digest THEN device_facts.received_at ELSE excluded.received_at END`,
    [enrolmentId, name, JSON.stringify(value), JSON.stringify(value), number, when],
  );
}

const snap = (name: string, revision: number, but: object = {}) => ({
  ...{ name, revision: String(revision), version: '1', channel: 'stable', status: 'active', ...but },
});
const set = (name: string, sequence: number, valid = true) => ({ 'account-id': 'acme', name, sequence, valid });

interface Named {
  readonly name: string;
  readonly what: string;
  readonly since: Date;
}

const snapsThen = async (asOf?: Date): Promise<string[]> => named(snapsAsOf(asOf), 'revision', asOf);
const setsThen = async (asOf?: Date): Promise<string[]> => named(setsAsOf(asOf), 'sequence', asOf);

async function named(relation: Prisma.Sql, column: string, asOf: Date | undefined): Promise<string[]> {
  const rows = await api.query<Named>(Prisma.sql`
    SELECT name, ${Prisma.raw(column)}::text AS what, since FROM ${relation} AS s WHERE enrolment_id = ${enrolmentId}::uuid ORDER BY name`);
  for (const { since } of rows) expect(since.getTime()).toBeLessThanOrEqual((asOf ?? new Date()).getTime());
  return rows.map(({ name, what }) => `${name} ${what}`);
}

async function valueThen(name: FactName, asOf?: Date): Promise<unknown> {
  const rows = await api.query<{ value: unknown }>(
    Prisma.sql`SELECT value FROM ${factsAsOf(name, asOf)} AS f WHERE enrolment_id = ${enrolmentId}::uuid`,
  );
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0]?.value;
}

describe('what a device showed', () => {
  it.each([
    ['before it said anything', at(2), [], []],
    ['at the moment it came', at(3), ['a 1', 'b 1'], ['base 1']],
    ['just before it changed', at(5, -1), ['a 1', 'b 1'], ['base 1']],
    ['when one snap was refreshed', at(5), ['a 2', 'b 1'], ['base 1']],
    ['when a snap had gone, and another came', at(7), ['a 2', 'c 9'], ['base 2']],
    ['when sets were forgotten', at(9, 3_600_000), ['a 2', 'c 9'], []],
    ['when it went back', at(11), ['a 1', 'b 1'], []],
    ['now', undefined, ['a 1', 'b 1'], []],
  ] as const)('%s', async (_when, asOf, snaps, sets) => {
    await tell(at(3), 'snaps', [snap('a', 1), snap('b', 1)]);
    await tell(at(3), 'validation-sets', [set('base', 1)]);
    await tell(at(5), 'snaps', [snap('a', 2), snap('b', 1)]);
    await tell(at(6), 'snaps', [snap('a', 2), snap('b', 1)]);
    await tell(at(7), 'snaps', [snap('a', 2), snap('c', 9)]);
    await tell(at(7), 'validation-sets', [set('base', 2)]);
    await tell(at(9), 'validation-sets', []);
    await tell(at(11), 'snaps', [snap('a', 1), snap('b', 1)]);
    expect([await snapsThen(asOf), await setsThen(asOf)]).toEqual([snaps, sets]);
  });

  it('keeps since when a row is so, also when another of the fact changes', async () => {
    await tell(at(3), 'snaps', [snap('a', 1), snap('b', 1)]);
    await tell(at(3), 'validation-sets', [set('base', 1), set('extra', 1)]);
    await tell(at(5), 'snaps', [snap('a', 2), snap('b', 1)]);
    await tell(at(5), 'validation-sets', [set('base', 1), set('extra', 1, false)]);
    const since = async (relation: Prisma.Sql) =>
      (
        await api.query<Named>(
          Prisma.sql`SELECT name, since FROM ${relation} AS s WHERE enrolment_id = ${enrolmentId}::uuid ORDER BY name`,
        )
      ).map(({ name, since: moment }) => [name, moment]);
    expect(await since(snapsAsOf(undefined))).toEqual([
      ['a', at(5)],
      ['b', at(3)],
    ]);
    expect(await since(setsAsOf(undefined))).toEqual([
      ['base', at(3)],
      ['extra', at(5)],
    ]);
    expect(await since(snapsAsOf(at(4)))).toEqual([
      ['a', at(3)],
      ['b', at(3)],
    ]);
  });

  it('tells holds, inhibited and failed refreshes and components apart', async () => {
    await tell(at(3), 'snaps', [snap('a', 1)]);
    const waits = { 'refresh-inhibit': { 'proceed-time': '2026-05-18T00:00:00Z' }, hold: '2026-06-01T00:00:00Z' };
    const failed = { 'refresh-failures': { revision: '3', 'failure-count': 2 } };
    await tell(at(4), 'snaps', [snap('a', 1, { ...waits, ...failed, components: [{ name: 'z' }, { name: 'b' }, 7] })]);
    await tell(at(5), 'snaps', [snap('a', 1, { 'refresh-failures': 'many', components: 'none' })]);
    const past = await owner.prisma.deviceSnapPast.findMany({ where: { enrolmentId }, orderBy: { until: 'asc' } });
    const told = { heldUntil: new Date('2026-06-01T00:00:00Z'), inhibited: true, failedRevision: '3', failureCount: 2 };
    expect(past).toMatchObject([
      { inhibited: false, failedRevision: null, since: at(3), until: at(4) },
      { ...told, components: ['b', 'z'], since: at(4), until: at(5) },
    ]);
    expect(await owner.prisma.deviceSnap.findMany({ where: { enrolmentId } })).toMatchObject([
      { heldUntil: null, inhibited: false, failedRevision: null, failureCount: null, since: at(5) },
    ]);
  });

  it('is what a replay of its facts up to then shows, whatever they are', async () => {
    const snaps = fc.array(
      fc.record({ name: fc.constantFrom('a', 'b', 'c'), revision: fc.integer({ min: 1, max: 3 }) }),
      {
        maxLength: 4,
      },
    );
    const told = fc.record({ afterMs: fc.integer({ min: 1, max: 5 }), snaps, sets: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(60)), async (said, moments) => {
        enrolmentId = randomUUID();
        let ms = 0;
        const replay: { ms: number; sets: boolean; named: string[] }[] = [];
        for (const { afterMs, snaps: listed, sets } of said) {
          ms += afterMs;
          const value = listed.map(({ name, revision }) => (sets ? set(name, revision) : snap(name, revision)));
          await tell(at(3, ms), sets ? 'validation-sets' : 'snaps', value);
          replay.push({ ms, sets, named: (sets ? firstOfEach : lastOfEach)(listed) });
        }
        for (const moment of moments) {
          const then = (ofSets: boolean) => replay.filter((one) => one.ms <= moment && one.sets === ofSets).at(-1);
          expect(await snapsThen(at(3, moment))).toEqual(then(false)?.named ?? []);
          expect(await setsThen(at(3, moment))).toEqual(then(true)?.named ?? []);
        }
      }),
      { numRuns: 40 },
    );
  });

  const lastOfEach = (listed: readonly { name: string; revision: number }[]): string[] =>
    [...new Map(listed.map(({ name, revision }) => [name, `${name} ${revision}`])).values()].sort();
  const firstOfEach = (listed: readonly { name: string; revision: number }[]): string[] =>
    lastOfEach([...listed].reverse());
});

describe('the past of a fact', () => {
  const past = async () =>
    (await owner.prisma.deviceFactPast.findMany({ where: { enrolmentId }, orderBy: { until: 'asc' } })).map(
      ({ value }) => value,
    );
  const received = (n: number, value: unknown, epoch = 1) => ({
    ...{ enrolmentId, journalEpoch: epoch, number: n },
    body: { name: 'host' as const, digest: JSON.stringify(value), value },
  });

  it('has each value once, however often and in whichever order facts come', async () => {
    const ingest = new InventoryIngest(gateway);
    const facts = [
      received(1, 'one'),
      received(2, 'two'),
      received(3, 'two'),
      received(4, 'three'),
      received(1, 'one', 2),
    ];
    for (const fact of facts) await ingest.storeFacts([fact]);
    for (const fact of [...facts].reverse()) await ingest.storeFacts([fact, fact]);
    expect(await past()).toEqual(['one', 'two', 'three']);
    expect(await valueThen('host')).toBe('one');
  });

  it('has no gap and no overlap, also when two gateways store at once', async () => {
    const [one, two] = [new InventoryIngest(gateway), new InventoryIngest(owner)];
    await one.storeFacts([received(1, 0)]);
    for (let n = 2; n < 40; n += 2) {
      await Promise.all([one.storeFacts([received(n, n)]), two.storeFacts([received(n + 1, n + 1)])]);
    }
    const rows = await owner.query<{ since: string; until: string }>(Prisma.sql`
      SELECT since::text, until::text FROM device_facts_past WHERE enrolment_id = ${enrolmentId}::uuid
      UNION ALL SELECT received_at::text, 'now' FROM device_facts WHERE enrolment_id = ${enrolmentId}::uuid ORDER BY since`);
    expect(rows.length).toBeGreaterThan(15);
    for (const [place, { until }] of rows.entries()) expect(until).toBe(rows[place + 1]?.since ?? 'now');
  });

  it('answers with the value of then', async () => {
    await tell(at(3), 'host', { timeZone: 'UTC' });
    await tell(at(5), 'host', { timeZone: 'Asia/Kathmandu' });
    expect(await valueThen('host', at(2))).toBeUndefined();
    expect(await valueThen('host', at(3))).toEqual({ timeZone: 'UTC' });
    expect(await valueThen('host', at(5, -1))).toEqual({ timeZone: 'UTC' });
    expect(await valueThen('host', at(5))).toEqual({ timeZone: 'Asia/Kathmandu' });
  });

  it('can be edited by nobody but the owner', async () => {
    for (const role of ['corefleet_gateway', 'corefleet_api', 'corefleet_worker'] as const) {
      const database = connect(store.url(role));
      await expect(database.pool.query('DELETE FROM device_facts_past')).rejects.toThrow('permission denied');
      await expect(database.pool.query('UPDATE device_snaps_past SET since = now()')).rejects.toThrow(
        'permission denied',
      );
      await database.close();
    }
  });
});

describe('the enrolment of a device', () => {
  it.each([
    [at(2), undefined],
    [at(3), 'first'],
    [at(5, -1), 'first'],
    [at(5), 'second'],
    [at(7), undefined],
    [at(9), 'third'],
    [undefined, 'third'],
  ])('as of %p is the %s', async (asOf, expected) => {
    const deviceId = randomUUID();
    const ids = { first: randomUUID(), second: randomUUID(), third: randomUUID() };
    const device = { id: deviceId, brandId: 'acme', model: 'pc', serial: deviceId, labels: {}, enrolmentId: ids.third };
    await owner.prisma.device.create({ data: device });
    const enrolment = (id: string, createdAt: Date, endedAt: Date | null) => ({
      ...{
        id,
        deviceId,
        publicKey: id,
        status: endedAt ? 'retired' : 'active',
        tokenId: randomUUID(),
        createdAt,
        endedAt,
      },
    });
    await owner.prisma.enrolment.createMany({
      data: [
        enrolment(ids.first, at(3), at(5)),
        enrolment(ids.second, at(5), at(7)),
        enrolment(ids.third, at(9), null),
      ],
    });
    const rows = await api.query<{ enrolment_id: string }>(
      Prisma.sql`SELECT enrolment_id FROM ${enrolmentsAsOf(asOf)} AS e WHERE device_id = ${deviceId}::uuid`,
    );
    const answered = Object.entries(ids).find(([, id]) => id === rows[0]?.enrolment_id)?.[0];
    expect([rows.length, answered]).toEqual([expected ? 1 : 0, expected]);
  });
});

describe('a fact that is stored again', () => {
  it('is found among those before without comparing every one with every other', async () => {
    await tell(at(3), 'snaps', [snap('a', 1)]);
    const plans = await plansOfTriggers(
      store.url(),
      `UPDATE device_facts SET digest = 'other', received_at = now() WHERE enrolment_id = '${enrolmentId}'`,
    );
    expect(plans.length).toBeGreaterThanOrEqual(2);
    for (const plan of plans) expect(plan).not.toMatch(/Join Filter: .*before\.enrolment_id/);
  });
});
