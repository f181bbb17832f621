import { randomUUID } from 'node:crypto';
import type { Fact } from '@corefleet/contracts/device-protocol';
import type { Received } from '@corefleet/features/changes';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { InventoryIngest, InventoryReadModel, type FactView } from './index';

let store: TestDatabase;
let gateway: Database;
let owner: Database;
let ingest: InventoryIngest;
let inventory: InventoryReadModel;
const deviceId = randomUUID();
let enrolmentId: string;

const connect = (url: string): Database => new Database({ url, connections: 2, onIdleError: () => undefined });

beforeAll(async () => {
  store = await createTestDatabase();
  [gateway, owner] = [connect(store.url('corefleet_gateway')), connect(store.url())];
  [ingest, inventory] = [new InventoryIngest(gateway), new InventoryReadModel(owner)];
  await owner.prisma.device.create({ data: { id: deviceId, brandId: 'acme', model: 'pc', serial: '1', labels: {} } });
});

beforeEach(async () => {
  enrolmentId = randomUUID();
  await owner.prisma.device.update({ where: { id: deviceId }, data: { enrolmentId } });
});

afterAll(async () => {
  await Promise.all([gateway.close(), owner.close()]);
  await store.drop();
});

const aFact = (
  number: number,
  value: unknown,
  but: { digest?: string; name?: Fact['name']; epoch?: number } = {},
): Received<Fact> => ({
  enrolmentId,
  journalEpoch: but.epoch ?? 1,
  number,
  body: { name: but.name ?? 'snaps', digest: but.digest ?? JSON.stringify(value), value },
});

const snaps = async (): Promise<FactView | undefined> =>
  (await inventory.facts(deviceId)).find(({ name }) => name === 'snaps');

describe('facts', () => {
  it('are kept whole, one for each name', async () => {
    expect(
      await ingest.storeFacts([aFact(1, [{ name: 'core22' }]), aFact(2, { series: '16' }, { name: 'system-info' })]),
    ).toEqual([]);
    expect((await inventory.facts(deviceId)).map(({ name, value }) => [name, value])).toEqual([
      ['snaps', [{ name: 'core22' }]],
      ['system-info', { series: '16' }],
    ]);
  });

  it('are the newest, however they come', async () => {
    await ingest.storeFacts([aFact(3, 'three'), aFact(1, 'one')]);
    await ingest.storeFacts([aFact(2, 'two')]);
    expect((await snaps())?.value).toBe('three');
    await ingest.storeFacts([aFact(1, 'after the journal was lost', { epoch: 2 })]);
    await ingest.storeFacts([aFact(9, 'nine')]);
    expect((await snaps())?.value).toBe('after the journal was lost');
  });

  it('with an equal digest move the number only', async () => {
    await ingest.storeFacts([aFact(1, 'first', { digest: 'same' })]);
    const before = await snaps();
    await ingest.storeFacts([aFact(2, 'not written', { digest: 'same' })]);
    expect(await snaps()).toEqual(before);
    const row = await owner.prisma.deviceFact.findUnique({
      where: { enrolmentId_name: { enrolmentId, name: 'snaps' } },
    });
    expect(row?.number).toBe(2n);
  });

  it('that cannot be stored are given back, the others kept', async () => {
    const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    const refused = await ingest.storeFacts([
      aFact(1, deep(7_000), { digest: 'a', name: 'model' }),
      aFact(2, deep(100_000), { digest: 'b', name: 'systems' }),
      aFact(3, 'good\u0000'),
    ]);
    expect(refused.map(({ number }) => number).sort()).toEqual([1, 2]);
    expect((await inventory.facts(deviceId)).map(({ value }) => value)).toEqual(['good\uFFFD']);
  });

  it('of an enrolment that is over are not shown', async () => {
    await ingest.storeFacts([aFact(1, 'old')]);
    await owner.prisma.device.update({ where: { id: deviceId }, data: { enrolmentId: randomUUID() } });
    expect(await inventory.facts(deviceId)).toEqual([]);
  });

  it('tell time zones and disks of devices, to the worker too', async () => {
    const host = { timeZone: 'Asia/Kathmandu', disk: { free: 1_000, total: 4_000 } };
    expect((await inventory.hosts([deviceId])).size).toBe(0);
    await ingest.storeFacts([aFact(1, host, { name: 'host' })]);
    const worker = connect(store.url('corefleet_worker'));
    expect(await new InventoryReadModel(worker).hosts([deviceId, randomUUID()])).toEqual(new Map([[deviceId, host]]));
    await worker.close();
    await ingest.storeFacts([aFact(2, { timeZone: 5 }, { name: 'host' })]);
    expect((await inventory.hosts([deviceId])).size).toBe(0);
  });
});

describe('what filters look for in facts', () => {
  const snap = (name: string, revision: unknown, but: object = {}) => ({
    ...{ name, revision, version: '1.0', channel: 'latest/stable', status: 'active', ...but },
  });
  const snapRows = async () =>
    (await owner.prisma.deviceSnap.findMany({ where: { enrolmentId }, orderBy: { name: 'asc' } })).map(
      ({ name, revision, revisionNumber, active }) => [name, revision, revisionNumber, active],
    );

  it('follows the facts', async () => {
    await ingest.storeFacts([aFact(1, [snap('a', '1'), snap('b', 'x2')])]);
    expect(await snapRows()).toEqual([
      ['a', '1', 1, true],
      ['b', 'x2', null, true],
    ]);
    await ingest.storeFacts([aFact(2, [snap('b', '3'), snap('c', '4')])]);
    expect(await snapRows()).toEqual([
      ['b', '3', 3, true],
      ['c', '4', 4, true],
    ]);
    await ingest.storeFacts([aFact(1, [snap('old', '1')])]);
    expect(await snapRows()).toHaveLength(2);
    await ingest.storeFacts([aFact(3, [])]);
    expect(await snapRows()).toEqual([]);
  });

  it('is of the active revision, or of a disabled snap of the last one', async () => {
    const older = { status: 'installed', 'install-date': '2026-11-01T10:00:00Z' };
    const newer = { status: 'installed', 'install-date': '2026-11-02T10:00:00Z' };
    const listed = [
      ...[snap('a', '7', newer), snap('a', '5'), snap('a', '6', older)],
      ...[snap('b', '2', newer), snap('b', '1', older)],
    ];
    await ingest.storeFacts([aFact(1, listed)]);
    expect(await snapRows()).toEqual([
      ['a', '5', 5, true],
      ['b', '2', 2, false],
    ]);
  });

  it('is nothing where a fact has another shape, and the fact is kept all the same', async () => {
    const odd = ['text', 7, null, {}, { name: {}, revision: [] }, { name: 'x'.repeat(300), revision: '1' }];
    const long = { ...snap('a', '9'.repeat(200)), version: 'v'.repeat(300), hold: '2026-99-99T00:00:00Z' };
    const refused = await ingest.storeFacts([
      aFact(1, [...odd, long, snap('', '1'), snap('b', 4)]),
      aFact(2, [...odd, { 'account-id': 'acme', name: 'base', sequence: '1e99', valid: 'yes' }], {
        name: 'validation-sets',
      }),
      aFact(3, [...odd, { label: ['a'] }, { label: 'b', current: 'true' }], { name: 'systems' }),
      aFact(4, 'core', { name: 'system-info' }),
      aFact(5, { headers: 'none' }, { name: 'model' }),
      aFact(6, { message: 'none' }, { name: 'warnings' }),
    ]);
    expect(refused).toEqual([]);
    expect(await inventory.facts(deviceId)).toHaveLength(6);
    expect(await snapRows()).toEqual([
      ['a', '9'.repeat(200), null, true],
      ['b', '4', 4, true],
      ['{}', '[]', null, false],
    ]);
    expect(await owner.prisma.deviceSet.findMany({ where: { enrolmentId } })).toMatchObject([
      { accountId: 'acme', name: 'base', mode: null, sequence: null, valid: false },
    ]);
    expect(await owner.prisma.deviceTraits.findUnique({ where: { enrolmentId } })).toMatchObject({
      ...{ snapdVersion: null, onClassic: null, modelBase: null, warningCount: null },
      ...{ systemLabels: ['["a"]', 'b'], currentSystem: null },
    });
  });

  it('is of the newest fact when two gateways store at once', async () => {
    const [one, two] = [new InventoryIngest(gateway), new InventoryIngest(owner)];
    for (let round = 0; round < 20; round += 1) {
      const [first, second] = [round * 2 + 1, round * 2 + 2];
      await Promise.all([
        one.storeFacts([aFact(first, [snap(`first-${round}`, '1'), snap('both', '1')])]),
        two.storeFacts([aFact(second, [snap(`second-${round}`, '2'), snap('both', '2')])]),
      ]);
      expect(await snapRows()).toEqual([
        ['both', '2', 2, true],
        [`second-${round}`, '2', 2, true],
      ]);
    }
  });
});
