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
