import { createHash, randomUUID } from 'node:crypto';
import { canonicalJson, differenceOf, printOf, type FactDifference } from '@corefleet/contracts/device-protocol';
import type { Received } from '@corefleet/features/changes';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { InventoryIngest } from './index';

let store: TestDatabase;
let gateway: Database;
let owner: Database;
let ingest: InventoryIngest;
let enrolmentId: string;

const connect = (url: string): Database => new Database({ url, connections: 2, onIdleError: () => undefined });

beforeAll(async () => {
  store = await createTestDatabase();
  [gateway, owner] = [connect(store.url('corefleet_gateway')), connect(store.url())];
  ingest = new InventoryIngest(gateway);
});

beforeEach(() => {
  enrolmentId = randomUUID();
});

afterAll(async () => {
  await Promise.all([gateway.close(), owner.close()]);
  await store.drop();
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
const digestOf = (value: unknown): string => sha256(canonicalJson(value));

const snaps = (...revisions: string[]): object[] =>
  revisions.map((revision, at) => ({ name: `snap-${at}`, revision, status: 'active', size: 0.1 + at }));

const whole = (number: number, value: unknown) => ({
  ...{ enrolmentId, journalEpoch: 1, number },
  body: { name: 'snaps' as const, digest: digestOf(value), value },
});

const change = (
  number: number,
  before: unknown,
  after: unknown,
  but: Partial<FactDifference> = {},
): Received<FactDifference> => ({
  ...{ enrolmentId, journalEpoch: 1, number },
  body: {
    ...{ name: 'snaps', base: digestOf(before), digest: digestOf(after) },
    difference: differenceOf(printOf(before, sha256), after, sha256),
    ...but,
  },
});

async function kept(): Promise<unknown> {
  const row = await owner.prisma.deviceFact.findUnique({ where: { enrolmentId_name: { enrolmentId, name: 'snaps' } } });
  return row && [row.value, row.digest === digestOf(row.value), Number(row.number)];
}

describe('a difference of a fact', () => {
  it('makes the next value, in the rows beside it and in the history too', async () => {
    const [one, two, three] = [snaps('1', '1', '1'), snaps('1', '2', '1'), snaps('1', '2')];
    await ingest.storeFacts([whole(1, one)]);
    expect(await ingest.storeFacts([], [change(2, one, two)])).toEqual([]);
    expect(await kept()).toEqual([two, true, 2]);
    expect(await ingest.storeFacts([], [change(3, two, three)])).toEqual([]);
    expect(await kept()).toEqual([three, true, 3]);
    expect(await owner.prisma.deviceSnap.count({ where: { enrolmentId } })).toBe(2);
    const past = await owner.prisma.deviceFactPast.findMany({ where: { enrolmentId }, orderBy: { until: 'asc' } });
    expect(past.map(({ value }) => value)).toEqual([one, two]);
  });

  it('that comes twice, or late, changes nothing and is refused by nobody', async () => {
    const [one, two, three] = [snaps('1'), snaps('2'), snaps('3')];
    await ingest.storeFacts([whole(1, one)]);
    await ingest.storeFacts([], [change(2, one, two)]);
    expect(await ingest.storeFacts([], [change(2, one, two), change(2, one, two)])).toEqual([]);
    await ingest.storeFacts([whole(4, three)]);
    expect(await ingest.storeFacts([], [change(3, two, one)])).toEqual([]);
    expect(await kept()).toEqual([three, true, 4]);
  });

  it('is applied alone, of those of one fact that come at once, when it is the newest', async () => {
    const [one, two, three] = [snaps('1'), snaps('2'), snaps('3')];
    await ingest.storeFacts([whole(1, one)]);
    const overtaken = change(2, one, two, { digest: digestOf('x') });
    expect(await ingest.storeFacts([], [change(4, one, three), overtaken, change(3, one, two)])).toEqual([]);
    expect(await kept()).toEqual([three, true, 4]);
  });

  it('of a fact that comes with it is applied to that', async () => {
    const [one, two] = [snaps('1'), snaps('2')];
    expect(await ingest.storeFacts([whole(1, one)], [change(2, one, two)])).toEqual([]);
    expect(await kept()).toEqual([two, true, 2]);
  });

  it('is applied for each of many devices', async () => {
    const [one, two] = [snaps('1'), snaps('2')];
    const ids = Array.from({ length: 150 }, () => randomUUID());
    await ingest.storeFacts(ids.map((id) => ({ ...whole(1, one), enrolmentId: id })));
    const all = ids.map((id) => ({ ...change(2, one, two), enrolmentId: id }));
    expect(await ingest.storeFacts([], all)).toEqual([]);
    expect(await owner.prisma.deviceFact.count({ where: { enrolmentId: { in: ids }, digest: digestOf(two) } })).toBe(
      150,
    );
  });

  it('of what was told before moves the number', async () => {
    const [one, two] = [snaps('1'), snaps('2')];
    await ingest.storeFacts([whole(1, two)]);
    expect(await ingest.storeFacts([], [change(2, one, two)])).toEqual([]);
    expect(await kept()).toEqual([two, true, 2]);
  });

  const [one, two] = [snaps('1', '1'), snaps('1', '2')];
  it.each([
    ['another base', change(2, snaps('9'), two), 'the one that is kept is not its base'],
    ['another digest', change(2, one, two, { digest: digestOf('x') }), 'the result has another digest'],
    ['no difference', change(2, one, two, { difference: { parts: [[0, 7]] } }), 'it is none of such a value'],
    ['a fact too large', change(2, one, [...one, 'x'.repeat(600_000)]), 'the fact would be larger than a frame may be'],
    [
      'a depth without end',
      change(2, one, two, {
        difference: { is: JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown },
      }),
      'it is nested too deeply',
    ],
  ])('with %s is refused, and the fact stays', async (_what, difference, reason) => {
    await ingest.storeFacts([whole(1, one)]);
    const other = { ...difference, enrolmentId };
    expect((await ingest.storeFacts([], [other])).map((refused) => refused.reason)).toEqual([
      `cannot apply difference of a fact: ${reason}`,
    ]);
    expect(await kept()).toEqual([one, true, 1]);
  });

  it('of a fact that there is not is refused, and holds up no other', async () => {
    const there = whole(1, one);
    await ingest.storeFacts([there]);
    const nowhere = { ...change(1, one, two), enrolmentId: randomUUID() };
    const refused = await ingest.storeFacts([], [nowhere, change(2, one, two)]);
    expect(refused).toMatchObject([
      { enrolmentId: nowhere.enrolmentId, reason: expect.stringContaining('there is none yet') },
    ]);
    expect(await kept()).toEqual([two, true, 2]);
  });
});
