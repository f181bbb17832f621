import { randomUUID } from 'node:crypto';
import type { Fact } from '@corefleet/contracts/device-protocol';
import { InventoryIngest } from '@corefleet/features/inventory';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';

let store: TestDatabase;
let owner: Database;
let ingest: InventoryIngest;
const databases: Database[] = [];

function connect(role?: TestRole): Database {
  const database = new Database({ url: store.url(role), connections: 2, onIdleError: () => undefined });
  databases.push(database);
  return database;
}

beforeAll(async () => {
  store = await createTestDatabase();
  owner = connect();
  ingest = new InventoryIngest(connect('corefleet_gateway'));
});

afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await store.drop();
});

let number = 0;

/** What the gateway stores when a device says so. */
async function says(enrolmentId: string, name: Fact['name'], value: unknown): Promise<void> {
  number += 1;
  const body = { name, digest: `d${number}`, value };
  expect(await ingest.storeFacts([{ enrolmentId, journalEpoch: 1, number, body }])).toEqual([]);
}

const systems = (...labels: string[]) => labels.map((label) => ({ label }));

const sightings = async (enrolmentId: string): Promise<Record<string, boolean | null>> => {
  const rows = await owner.prisma.recoverySighting.findMany({ where: { enrolmentId }, orderBy: { label: 'asc' } });
  return Object.fromEntries(rows.map(({ label, atEnrolment }) => [label, atEnrolment]));
};

describe('since when a device has had a system', () => {
  it('is kept for what it came with and for what came later, and forgotten with the system', async () => {
    const enrolmentId = randomUUID();
    await says(enrolmentId, 'systems', systems('factory', 'spare'));
    expect(await sightings(enrolmentId)).toEqual({ factory: true, spare: true });
    await says(enrolmentId, 'systems', systems('factory', 'new'));
    expect(await sightings(enrolmentId)).toEqual({ factory: true, new: false });
    await says(enrolmentId, 'systems', systems('factory', 'new', 'spare'));
    expect(await sightings(enrolmentId)).toEqual({ factory: true, new: false, spare: false });
  });

  it.each([
    ['no list', { systems: [] }],
    ['a list of other things', ['x', null, 3, { label: null }, { label: 'l'.repeat(257) }, { label: '' }, {}]],
  ])('is nothing for %s, which is stored all the same', async (_what, value) => {
    const enrolmentId = randomUUID();
    await says(enrolmentId, 'systems', value);
    expect(await sightings(enrolmentId)).toEqual({});
  });
});

/** A command to create a system, given to the device and on its way. */
async function aCreation(enrolmentId: string, label: string): Promise<string> {
  const id = randomUUID();
  await owner.prisma.command.create({
    data: {
      ...{ id, deviceId: randomUUID(), enrolmentId, operation: 'create-recovery-system', parameters: { label } },
      ...{ status: 'running', auditId: 1, requestedBy: 'ann', validUntil: new Date(), deadlineSeconds: 60 },
    },
  });
  return id;
}

describe('what a device ran when a system of ours was made', () => {
  const end = (id: string, data: object) => connect('corefleet_worker').prisma.command.update({ where: { id }, data });

  async function aDeviceThatRuns(): Promise<string> {
    const enrolmentId = randomUUID();
    const modelSets = [{ name: 'base' }, { name: 'apps', 'account-id': 'other' }];
    const headers = { 'brand-id': 'acme', snaps: [{ name: 'pc' }, { name: 'core24' }], 'validation-sets': modelSets };
    await says(enrolmentId, 'model', { headers });
    await says(enrolmentId, 'snaps', [
      { name: 'pc', revision: '4', status: 'active' },
      { name: 'pc', revision: '3', status: 'installed' },
      { name: 'hello', revision: '9', status: 'active' },
    ]);
    await says(enrolmentId, 'validation-sets', [
      { 'account-id': 'acme', name: 'base', mode: 'enforce', sequence: 7 },
      { 'account-id': 'acme', name: 'apps', mode: 'monitor', sequence: 2, 'pinned-at': 2 },
      'garbage',
    ]);
    return enrolmentId;
  }

  it('is kept with its end: the sets it tracked and the revisions of the snaps of its model', async () => {
    const enrolmentId = await aDeviceThatRuns();
    const id = await aCreation(enrolmentId, 'new');
    const finishedAt = new Date('2026-11-27T12:00:00Z');
    await end(id, { status: 'succeeded', finishedAt });
    await says(enrolmentId, 'snaps', [{ name: 'pc', revision: '5', status: 'active' }]);
    expect(await owner.prisma.recoveryOrigin.findMany({ where: { enrolmentId } })).toEqual([
      {
        ...{ commandId: id, enrolmentId, label: 'new', madeAt: finishedAt, snaps: { pc: '4' } },
        sets: [
          { key: 'acme/base', sequence: 7, mode: 'enforce', ofModel: true },
          { key: 'acme/apps', sequence: 2, mode: 'monitor', ofModel: false },
        ],
      },
    ]);
  });

  it('is kept for a success that came late, and for no failure', async () => {
    const enrolmentId = await aDeviceThatRuns();
    const [late, failed] = [await aCreation(enrolmentId, 'late'), await aCreation(enrolmentId, 'failed')];
    await end(late, { status: 'lost', finishedAt: new Date() });
    await end(failed, { status: 'failed', finishedAt: new Date() });
    await end(late, { lateStatus: 'succeeded' });
    const rows = await owner.prisma.recoveryOrigin.findMany({ where: { enrolmentId } });
    expect(rows.map(({ label }) => label)).toEqual(['late']);
  });

  it('is as little as the device has said', async () => {
    const enrolmentId = randomUUID();
    await says(enrolmentId, 'model', 'nonsense');
    const id = await aCreation(enrolmentId, 'new');
    await end(id, { status: 'succeeded', finishedAt: new Date() });
    expect(await owner.prisma.recoveryOrigin.findUnique({ where: { commandId: id } })).toMatchObject({
      sets: [],
      snaps: null,
    });
  });
});
