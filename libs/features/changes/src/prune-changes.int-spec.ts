import type { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { ChangeHistory, ChangesIngest, ChangesReadModel, pruneChanges, pruneQuarantine } from './index';
import { aChange, anEnrolment, connect, SPAWNED, type Enrolled } from './testing/fixtures';

let store: TestDatabase;
let [gateway, worker, owner]: Database[] = [];
let ingest: ChangesIngest;

beforeAll(async () => {
  store = await createTestDatabase();
  [gateway, worker, owner] = [
    connect(store.url('corefleet_gateway')),
    connect(store.url('corefleet_worker')),
    connect(store.url()),
  ];
  ingest = new ChangesIngest(gateway);
});

afterAll(async () => {
  await Promise.all([gateway, worker, owner].map((each) => each?.close()));
  await store.drop();
});

const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

const age = (of: Enrolled, changeId: string, minutes: number): Promise<unknown> =>
  owner!.pool.query('UPDATE changes SET received_at = $3 WHERE enrolment_id = $1 AND change_id = $2', [
    of.enrolmentId,
    changeId,
    minutesAgo(minutes),
  ]);

async function pruneAll(before: Date): Promise<number> {
  let [round, all]: [string | undefined, number] = [undefined, 0];
  do {
    const { next, removed } = await pruneChanges(worker!, before, round);
    [round, all] = [next, all + removed];
  } while (round !== undefined);
  return all;
}

describe('changes that are over', () => {
  it('go when they have been kept long enough, and their history stays', async () => {
    const device = await anEnrolment(owner!);
    const ready = { status: 'Done', ready: true };
    await ingest.storeChanges([
      aChange(device, 1, { id: 'old', ...ready }),
      aChange(device, 2, { id: 'young', ...ready }),
      aChange(device, 3, { id: 'old-and-waiting', status: 'Wait' }),
    ]);
    await age(device, 'old', 60);
    await age(device, 'old-and-waiting', 60);
    expect(await pruneAll(minutesAgo(30))).toBe(1);
    const { items } = await new ChangesReadModel(owner!).list({ deviceId: device.deviceId, limit: 10 });
    expect(items.map(({ changeId }) => changeId).sort()).toEqual(['old-and-waiting', 'young']);
    const history = await new ChangeHistory(owner!).list({ deviceId: device.deviceId, changeId: 'old', limit: 10 });
    expect(history.items).toMatchObject([{ changeId: 'old', status: 'Done' }]);
  });

  it('stay where they made a recovery system, as long as the device is enrolled', async () => {
    const device = await anEnrolment(owner!);
    const task = { id: '1', kind: 'create-recovery-system', summary: 'Create', status: 'Done', 'spawn-time': SPAWNED };
    const tasks = [{ ...task, progress: { label: '', done: 1, total: 1 } }];
    await ingest.storeChanges([
      aChange(device, 1, { id: 'made', kind: 'remodel', status: 'Done', ready: true, tasks }),
      aChange(device, 2, { id: 'failed', kind: 'remodel', status: 'Error', ready: true, tasks }),
    ]);
    for (const id of ['made', 'failed']) await age(device, id, 60);
    expect(await pruneAll(minutesAgo(30))).toBe(1);
    const { items } = await new ChangesReadModel(owner!).list({ deviceId: device.deviceId, limit: 10 });
    expect(items.map(({ changeId }) => changeId)).toEqual(['made']);
    await owner!.prisma.enrolment.update({ where: { id: device.enrolmentId }, data: { status: 'retired' } });
    expect(await pruneAll(minutesAgo(30))).toBe(1);
  });

  it('go with those under way, where their enrolment has ended', async () => {
    const device = await anEnrolment(owner!);
    await ingest.storeChanges([aChange(device, 1)]);
    await age(device, '1', 60);
    await owner!.prisma.enrolment.update({ where: { id: device.enrolmentId }, data: { status: 'retired' } });
    expect(await pruneAll(minutesAgo(30))).toBe(1);
  });

  it('go however many enrolments there are, and however many changes one has', async () => {
    const device = await anEnrolment(owner!);
    await owner!.pool.query(
      `INSERT INTO enrolments (id, device_id, public_key, status, token_id)
       SELECT gen_random_uuid(), $1, gen_random_uuid()::text, 'retired', gen_random_uuid() FROM generate_series(1, 1200)`,
      [device.deviceId],
    );
    await owner!.pool.query(
      `INSERT INTO changes (enrolment_id, change_id, spawn_time_ns, kind, summary, status, ready, spawn_time, tasks, journal_epoch, number, received_at)
       SELECT id, change::text, 1, 'k', 's', 'Done', true, 't', '[]', 1, 1, $2
       FROM (SELECT id, CASE WHEN id = $1 THEN 6000 ELSE 1 END AS changes FROM enrolments WHERE device_id = $3) AS each,
         generate_series(1, changes) AS change`,
      [device.enrolmentId, minutesAgo(60), device.deviceId],
    );
    expect(await pruneAll(minutesAgo(30))).toBe(6000 + 1200);
    expect(await pruneAll(minutesAgo(30))).toBe(0);
  });
});

describe('what is quarantined', () => {
  const refused = (of: Enrolled, number: number) => ({
    ...of,
    journalEpoch: 1,
    number,
    reason: 'cannot read item',
    item: { number },
  });

  it('is kept up to the newest thousand of an enrolment, and of the others all', async () => {
    const [flooding, other] = [await anEnrolment(owner!), await anEnrolment(owner!)];
    await ingest.storeQuarantined([refused(other, 1)]);
    for (const from of [0, 400, 800]) {
      await ingest.storeQuarantined(Array.from({ length: 400 }, (_, at) => refused(flooding, from + at + 1)));
    }
    const history = new ChangeHistory(owner!);
    const numbers: number[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      const page = await history.quarantined({ deviceId: flooding.deviceId, cursor, limit: 300 });
      numbers.push(...page.items.map(({ number }) => number));
      cursor = page.next;
      more = cursor !== undefined;
    }
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, at) => 1200 - at));
    const { items } = await history.quarantined({ deviceId: other.deviceId, limit: 10 });
    expect(items).toMatchObject([{ number: 1, reason: 'cannot read item', item: { number: 1 }, journalEpoch: 1 }]);
  });

  it('goes when it has been kept long enough', async () => {
    const device = await anEnrolment(owner!);
    await ingest.storeQuarantined([refused(device, 1), refused(device, 2)]);
    await owner!.pool.query('UPDATE quarantined_items SET received_at = $2 WHERE enrolment_id = $1 AND number = 1', [
      device.enrolmentId,
      minutesAgo(60),
    ]);
    expect(await pruneQuarantine(worker!, minutesAgo(30))).toBe(1);
    const { items } = await new ChangeHistory(owner!).quarantined({ deviceId: device.deviceId, limit: 10 });
    expect(items.map(({ number }) => number)).toEqual([2]);
  });
});
