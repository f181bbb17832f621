import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { ChangesIngest, ChangesReadModel, isDataError } from './index';
import { aChange, aNotice, anEnrolment, connect, SPAWNED, type Enrolled } from './testing/fixtures';

let store: TestDatabase;
let gateway: Database;
let owner: Database;
let ingest: ChangesIngest;
let changes: ChangesReadModel;

beforeAll(async () => {
  store = await createTestDatabase();
  [gateway, owner] = [connect(store.url('corefleet_gateway')), connect(store.url())];
  [ingest, changes] = [new ChangesIngest(gateway), new ChangesReadModel(owner)];
});

afterAll(async () => {
  await Promise.all([gateway.close(), owner.close()]);
  await store.drop();
});

const statusOf = async (of: Enrolled, changeId = '1'): Promise<string | undefined> =>
  (await changes.get(of.deviceId, changeId))?.status;

describe('changes', () => {
  it('are kept as snapd showed them', async () => {
    const device = await anEnrolment(owner);
    const task = {
      id: '2',
      kind: 'link-snap',
      summary: 'Make it so',
      status: 'Done',
      log: ['one', 'two'],
      progress: { label: '', done: 1, total: 1 },
      'spawn-time': SPAWNED,
    };
    const said = {
      status: 'Error',
      ready: true,
      err: 'cannot',
      'ready-time': '2026-05-03T10:00:01Z',
      tasks: [task],
      data: { 'snap-names': ['core22'] },
    };
    expect(await ingest.storeChanges([aChange(device, 1, said)])).toEqual([]);
    expect(await changes.get(device.deviceId, '1')).toMatchObject({
      ...device,
      changeId: '1',
      commandId: null,
      kind: 'refresh-snap',
      status: 'Error',
      ready: true,
      err: 'cannot',
      spawnTime: SPAWNED,
      readyTime: '2026-05-03T10:00:01Z',
      tasks: [task],
      data: { 'snap-names': ['core22'] },
    });
  });

  it.each([
    [
      'in order',
      [
        [1, 1, 'Do'],
        [1, 2, 'Doing'],
        [1, 3, 'Done'],
      ],
      'Done',
    ],
    [
      'twice',
      [
        [1, 2, 'Doing'],
        [1, 2, 'Doing'],
      ],
      'Doing',
    ],
    [
      'the other way round',
      [
        [1, 3, 'Done'],
        [1, 2, 'Doing'],
        [1, 1, 'Do'],
      ],
      'Done',
    ],
    [
      'from a later journal with lower numbers',
      [
        [1, 900, 'Doing'],
        [2, 1, 'Done'],
      ],
      'Done',
    ],
    [
      'late from an earlier journal',
      [
        [2, 1, 'Done'],
        [1, 900, 'Doing'],
      ],
      'Done',
    ],
  ] as [string, [number, number, string][], string][])('may come %s: the newest stays', async (_how, told, status) => {
    const [oneByOne, atOnce] = [await anEnrolment(owner), await anEnrolment(owner)];
    for (const [epoch, number, said] of told)
      await ingest.storeChanges([aChange(oneByOne, number, { status: said }, { epoch })]);
    await ingest.storeChanges(
      told.map(([epoch, number, said]) => aChange(atOnce, number, { status: said }, { epoch })),
    );
    expect([await statusOf(oneByOne), await statusOf(atOnce)]).toEqual([status, status]);
  });

  it('with the same id after a factory reset are others', async () => {
    const device = await anEnrolment(owner);
    await ingest.storeChanges([aChange(device, 1, { status: 'Done' })]);
    await ingest.storeChanges([
      aChange(device, 2, { status: 'Doing', 'spawn-time': '2026-05-03T10:00:00.000000002Z' }),
    ]);
    expect((await changes.list({ deviceId: device.deviceId, limit: 10 })).items.map(({ status }) => status)).toEqual([
      'Doing',
      'Done',
    ]);
    expect(await statusOf(device)).toBe('Doing');
  });

  it('keep their command when a later snapshot does not name it', async () => {
    const device = await anEnrolment(owner);
    const commandId = randomUUID();
    await ingest.storeChanges([aChange(device, 1, {}, { commandId })]);
    await ingest.storeChanges([aChange(device, 2, { status: 'Done' })]);
    expect(await changes.get(device.deviceId, '1')).toMatchObject({ commandId, status: 'Done' });
  });
});

describe('notices', () => {
  it('are one for each type, key and user, the newest', async () => {
    const device = await anEnrolment(owner);
    await ingest.storeNotices([
      aNotice(device, 1),
      aNotice(device, 3, { occurrences: 3 }),
      aNotice(device, 2, { occurrences: 2 }),
      aNotice(device, 4, { 'user-id': 1000 }),
    ]);
    const found = await changes.notices(device.deviceId);
    expect(found.map(({ userId, occurrences }) => [userId, occurrences]).sort()).toEqual(
      [
        [1000, 1],
        [null, 3],
      ].sort(),
    );
  });
});

describe('poison', () => {
  it('is given back with the reason, and the rest of the batch is kept', async () => {
    const device = await anEnrolment(owner);
    const long = Array.from({ length: 500 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000))).join('');
    const refused = [
      ...(await ingest.storeChanges([
        aChange(device, 1, { 'spawn-time': 'never' }),
        aChange(device, 2),
        aChange(device, 3, { id: 'a\u0000' }),
      ])),
      ...(await ingest.storeNotices([
        aNotice(device, 4, { occurrences: 1.5 }),
        aNotice(device, 5, { 'user-id': 2 ** 40 }),
        aNotice(device, 6, { 'last-repeated': '' }),
        aNotice(device, 7),
        aNotice(device, 8, { key: `${long}a`, type: long }), // larger than an index row may be: only Postgres knows
      ])),
    ];
    expect(refused.map(({ number }) => number).sort()).toEqual([1, 3, 4, 5, 6, 8]);
    expect([await statusOf(device), (await changes.notices(device.deviceId)).length]).toEqual(['Doing', 1]);
    await ingest.storeQuarantined(refused);
    await ingest.storeQuarantined(refused);
    const kept = await owner.prisma.quarantinedItem.findMany({
      where: { enrolmentId: device.enrolmentId },
      orderBy: { number: 'asc' },
    });
    expect(kept.map(({ number, reason }) => [Number(number), reason.slice(0, 18)])).toEqual([
      [1, 'cannot store chang'],
      [3, 'cannot store chang'],
      [4, 'cannot store notic'],
      [5, 'cannot store notic'],
      [6, 'cannot store notic'],
      [8, 'cannot store item:'],
    ]);
  });

  it('never holds up the others, wherever it stands among them', async () => {
    const device = await anEnrolment(owner);
    const deep = JSON.parse(`${'['.repeat(7_000)}${']'.repeat(7_000)}`) as unknown; // JavaScript writes it, Postgres refuses it
    const batch = Array.from({ length: 33 }, (_, at) =>
      aChange(device, at + 1, { id: `${at}`, ...(at % 16 === 0 ? { data: deep } : {}) }),
    );
    const refused = await ingest.storeChanges(batch);
    expect(refused.map(({ number }) => number)).toEqual(expect.arrayContaining([1, 17, 33]));
    expect((await changes.list({ deviceId: device.deviceId, limit: 100 })).items).toHaveLength(30);
    await ingest.storeQuarantined(refused);
  });

  it('of U+0000 is replaced and the change kept', async () => {
    const device = await anEnrolment(owner);
    expect(
      await ingest.storeChanges([aChange(device, 1, { summary: 'a\u0000b', data: { 'k\u0000': '\ud800' } })]),
    ).toEqual([]);
    expect(await changes.get(device.deviceId, '1')).toMatchObject({
      summary: 'a\uFFFDb',
      data: { 'k\uFFFD': '\uFFFD' },
    });
  });
});

describe('a database that is away', () => {
  it('makes the batch fail as a whole, without blaming its data, and takes it when it is back', async () => {
    const device = await anEnrolment(owner);
    const locker = await owner.pool.connect();
    await locker.query('BEGIN');
    await locker.query('LOCK TABLE changes IN EXCLUSIVE MODE');
    const storing = ingest.storeChanges([aChange(device, 1)]);
    const failed = storing.then(
      () => undefined,
      (error: unknown) => error,
    );
    await sleep(100);
    await locker.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'corefleet_gateway'`,
    );
    const error = await failed;
    await locker.query('ROLLBACK');
    locker.release();
    expect([error instanceof Error, isDataError(error)]).toEqual([true, false]);
    expect(await ingest.storeChanges([aChange(device, 1)])).toEqual([]);
    expect(await statusOf(device)).toBe('Doing');
  });

  it('does not deadlock two batches over the same rows', async () => {
    const devices = await Promise.all(Array.from({ length: 30 }, () => anEnrolment(owner)));
    const batch = (number: number) => devices.map((device) => aChange(device, number));
    const rounds = Array.from({ length: 20 }, (_, at) =>
      ingest.storeChanges(at % 2 === 0 ? batch(at) : batch(at).reverse()),
    );
    expect((await Promise.all(rounds)).flat()).toEqual([]);
  });
});
