import { randomUUID } from 'node:crypto';
import type { Database } from '@corefleet/platform/database';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { ChangeHistory, ChangesIngest } from './index';
import { aChange, anEnrolment, connect, SPAWNED, type Enrolled } from './testing/fixtures';

let store: TestDatabase;
let gateway: Database;
let owner: Database;
let ingest: ChangesIngest;
let history: ChangeHistory;

beforeAll(async () => {
  store = await createTestDatabase();
  [gateway, owner] = [connect(store.url('corefleet_gateway')), connect(store.url())];
  [ingest, history] = [new ChangesIngest(gateway), new ChangeHistory(owner)];
});

afterAll(async () => {
  await Promise.all([gateway.close(), owner.close()]);
  await store.drop();
});

const TASKS = [
  {
    id: '1',
    kind: 'link-snap',
    summary: 'Link',
    status: 'Done',
    progress: { label: '', done: 1, total: 1 },
    'spawn-time': SPAWNED,
  },
];

/** Statuses in the order in which the server learnt them. */
async function momentsOf(of: Enrolled): Promise<string[]> {
  const { items } = await history.list({ deviceId: of.deviceId, limit: 100 });
  return items.map(({ status }) => status).reverse();
}

describe('the history of changes', () => {
  it('has a row for each status, none for progress alone, and the tasks with the end', async () => {
    const device = await anEnrolment(owner);
    const commandId = randomUUID();
    for (const [number, status] of ['Do', 'Doing', 'Doing', 'Doing', 'Done'].entries()) {
      const said = { status, ready: status === 'Done', tasks: TASKS, data: { 'snap-names': ['core22'] } };
      await ingest.storeChanges([aChange(device, number + 1, said, { commandId })]);
    }
    const { items } = await history.list({ deviceId: device.deviceId, limit: 100 });
    expect(items.map(({ status, ready, tasks, data }) => [status, ready, tasks, data])).toEqual([
      ['Done', true, TASKS, { 'snap-names': ['core22'] }],
      ['Doing', false, null, null],
      ['Do', false, null, null],
    ]);
    expect(items[0]).toMatchObject({ ...device, changeId: '1', commandId, kind: 'refresh-snap', summary: 'Refresh' });
  });

  it.each<[string, [number, number, string][], string[]]>([
    [
      'what comes twice',
      [
        [1, 1, 'Doing'],
        [1, 1, 'Doing'],
        [1, 2, 'Done'],
        [1, 1, 'Doing'],
        [1, 2, 'Done'],
      ],
      ['Doing', 'Done'],
    ],
    [
      'what comes too late',
      [
        [1, 3, 'Done'],
        [1, 1, 'Do'],
        [1, 2, 'Doing'],
      ],
      ['Done'],
    ],
    [
      'an earlier journal',
      [
        [2, 1, 'Done'],
        [1, 9, 'Doing'],
      ],
      ['Done'],
    ],
    [
      'a change that goes on after it waited',
      [
        [1, 1, 'Wait'],
        [1, 2, 'Doing'],
        [1, 3, 'Wait'],
      ],
      ['Wait', 'Doing', 'Wait'],
    ],
  ])('has no second row for %s', async (_, told, moments) => {
    const device = await anEnrolment(owner);
    for (const [epoch, number, status] of told)
      await ingest.storeChanges([aChange(device, number, { status }, { epoch })]);
    expect(await momentsOf(device)).toEqual(moments);
  });

  it('has one row when two batches say the same at once', async () => {
    const device = await anEnrolment(owner);
    await Promise.all(Array.from({ length: 20 }, () => ingest.storeChanges([aChange(device, 1)])));
    expect(await momentsOf(device)).toEqual(['Doing']);
  });

  it('has what snapd did by itself, without any command', async () => {
    const device = await anEnrolment(owner);
    const refresh = { id: '77', kind: 'auto-refresh', summary: 'Auto-refresh snap "core22"' };
    await ingest.storeChanges([aChange(device, 1, { ...refresh, status: 'Doing' })]);
    await ingest.storeChanges([aChange(device, 2, { ...refresh, status: 'Done', ready: true, tasks: TASKS })]);
    const { items } = await history.list({ deviceId: device.deviceId, limit: 10 });
    expect(items).toMatchObject([
      { kind: 'auto-refresh', commandId: null, status: 'Done', ready: true, tasks: TASKS },
      { kind: 'auto-refresh', commandId: null, status: 'Doing' },
    ]);
  });

  it("goes by the server's time, whatever the device's clock says", async () => {
    const device = await anEnrolment(owner);
    const before = new Date();
    await ingest.storeChanges([
      aChange(device, 1, { id: 'ahead', 'spawn-time': '2199-01-01T00:00:00Z' }),
      aChange(device, 2, { id: 'behind', 'spawn-time': '1999-01-01T00:00:00Z' }),
    ]);
    const after = new Date(Date.now() + 1); // the database counts microseconds
    const { items } = await history.list({ deviceId: device.deviceId, since: before, until: after, limit: 10 });
    expect(items.map(({ changeId, spawnTime }) => [changeId, spawnTime]).sort()).toEqual([
      ['ahead', '2199-01-01T00:00:00Z'],
      ['behind', '1999-01-01T00:00:00Z'],
    ]);
    expect((await history.list({ deviceId: device.deviceId, until: before, limit: 10 })).items).toEqual([]);
  });

  it('keeps the same id under two enrolments apart, and comes in pages over both', async () => {
    const device = await anEnrolment(owner);
    await ingest.storeChanges([1, 2, 3].map((n) => aChange(device, n, { id: `${n}`, status: 'Done', ready: true })));
    const again = await anEnrolment(owner, device.deviceId);
    await ingest.storeChanges([1, 2].map((n) => aChange(again, n, { id: `${n}`, status: 'Doing' })));
    const seen: string[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      const page = await history.list({ deviceId: device.deviceId, cursor, limit: 2 });
      seen.push(
        ...page.items.map(({ enrolmentId, changeId }) => `${enrolmentId === again.enrolmentId ? 2 : 1}/${changeId}`),
      );
      cursor = page.next;
      more = cursor !== undefined;
    }
    expect(seen.slice(0, 2).sort()).toEqual(['2/1', '2/2']);
    expect(seen.slice(2).sort()).toEqual(['1/1', '1/2', '1/3']);
  });

  it.each([['x'], [Buffer.from('["999999999999999999","x",1,"1"]').toString('base64url')]])(
    'refuses cursor %p',
    async (cursor) => {
      await expect(history.list({ deviceId: randomUUID(), cursor, limit: 1 })).rejects.toThrow(InvalidRequestError);
    },
  );

  it('is edited by nobody, its owner neither', async () => {
    for (const text of [
      'DELETE FROM change_history',
      `UPDATE change_history SET status = 'Done'`,
      'TRUNCATE change_history',
    ]) {
      await expect(owner.pool.query(text)).rejects.toThrow('append-only');
      await expect(gateway.pool.query(text)).rejects.toThrow('permission denied');
    }
  });
});
