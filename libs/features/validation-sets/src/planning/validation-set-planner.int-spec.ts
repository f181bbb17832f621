import { randomUUID } from 'node:crypto';
import type { ValidationSetWish } from '@corefleet/contracts/http';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { ValidationSetPlanner } from './validation-set-planner';

let store: TestDatabase;
let owner: Database;
let api: Database;
let planner: ValidationSetPlanner;

const connect = (url: string): Database => new Database({ url, connections: 2, onIdleError: () => undefined });

beforeAll(async () => {
  store = await createTestDatabase();
  [owner, api] = [connect(store.url()), connect(store.url('corefleet_api'))];
  planner = new ValidationSetPlanner(api, new Clock());
  await importSet('base', 1, [{ name: 'hello', presence: 'required', revision: '1' }]);
  await importSet('base', 2, [{ name: 'hello', presence: 'required', revision: '2' }]);
  await importSet('extra', 1, [{ name: 'hello', presence: 'invalid' }]);
});

afterAll(async () => {
  await Promise.all([owner.close(), api.close()]);
  await store.drop();
});

async function importSet(name: string, sequence: number, snaps: object[]): Promise<void> {
  await owner.rows(
    'import-set',
    `INSERT INTO validation_sets (account_id, name, sequence, snaps, timestamp) VALUES ('acme', $1, $2, $3, now())`,
    [name, sequence, JSON.stringify(snaps)],
  );
}

const HELLO = { name: 'hello', revision: '1', status: 'active', type: 'app', base: 'core24' };

const enforced = (name: string, sequence: number): object => ({
  ...{ 'account-id': 'acme', name, sequence, 'pinned-at': sequence, mode: 'enforce', valid: true },
});

/** A device that told these facts. @returns its id */
async function aDevice(facts: Readonly<Record<string, unknown>>, snapdState = 'reachable'): Promise<string> {
  const [id, enrolmentId] = [randomUUID(), randomUUID()];
  await owner.prisma.device.create({
    data: { id, enrolmentId, brandId: 'acme', model: 'pc', serial: id, labels: {} },
  });
  await owner.rows(
    'insert-link',
    `INSERT INTO device_links (enrolment_id, journal_id, journal_epoch, agent_version, protocol, snapd_state, connected_at, last_seen_at)
     VALUES ($1, 'j', 1, '0', 1, $2, now(), now())`,
    [enrolmentId, snapdState],
  );
  for (const [name, value] of Object.entries(facts)) {
    const told = { enrolmentId, name, digest: 'd', value: value as object, journalEpoch: 1, number: 1 };
    await owner.prisma.deviceFact.create({ data: { ...told, receivedAt: new Date() } });
  }
  return id;
}

const aWish = async (but: Partial<ValidationSetWish> = {}): Promise<ValidationSetWish> =>
  planner.resolve({
    ...{ set: 'acme/base', sequence: 'latest', mode: 'enforce' },
    ...{ allowRemovals: false, saveSnapshots: true, followLatest: false },
    ...but,
  });

describe('plans of a validation set from what devices told', () => {
  it('are made in the name of the API, one for each device, whatever it told', async () => {
    const cases: [string, Record<string, unknown>, string, string?][] = [
      ['on the older sequence', { snaps: [HELLO], 'validation-sets': [enforced('base', 1)] }, 'change'],
      ['there already', { snaps: [{ ...HELLO, revision: '2' }], 'validation-sets': [enforced('base', 2)] }, 'nothing'],
      ['in conflict', { snaps: [], 'validation-sets': [enforced('extra', 1)] }, 'blocked', 'conflict'],
      [
        'with a set nobody imported',
        { snaps: [], 'validation-sets': [enforced('base', 1), enforced('foe', 9)] },
        'blocked',
        'set-unknown',
      ],
      ['that told nothing', {}, 'blocked', 'inventory-unknown'],
      ['that tells nonsense', { snaps: 'hello', 'validation-sets': [7, { name: 1 }] }, 'blocked', 'inventory-unknown'],
      [
        'with nonsense among its snaps',
        { snaps: [null, [], { ...HELLO, components: 'x' }], 'validation-sets': [] },
        'change',
      ],
    ];
    const ids = await Promise.all(cases.map(([, facts]) => aDevice(facts)));
    const plans = await planner.plan(await aWish(), ids);
    expect(plans).toHaveLength(cases.length);
    for (const [at, [what, , verdict, cause]] of cases.entries()) {
      const plan = plans.find(({ deviceId }) => deviceId === ids[at]);
      expect([what, plan?.verdict, plan?.blockers[0]?.cause]).toEqual([what, verdict, cause]);
    }
  });

  it('resolve the latest to the newest sequence that nobody called bad', async () => {
    expect((await aWish()).sequence).toBe(2);
    await importSet('base', 3, []);
    await owner.rows(
      'mark-bad',
      `UPDATE validation_sets SET bad_at = now(), bad_by = 'ada', bad_reason = 'bricks' WHERE sequence = $1`,
      [3],
    );
    expect((await aWish()).sequence).toBe(2);
    await expect(aWish({ sequence: 3 })).rejects.toThrow('does.validationSet.sequence is marked bad: bricks');
    await expect(aWish({ set: 'acme/none' })).rejects.toThrow('does.validationSet.set is not imported');
  });

  it('are not made of a wish that was not resolved: it would be enforced unpinned', async () => {
    const planning = planner.plan({ ...(await aWish()), sequence: 'latest' }, [await aDevice({})]);
    await expect(planning).rejects.toThrow('cannot plan validation set acme/base=latest');
  });

  it('go page by page over more devices than fit into one', async () => {
    const ids = await Promise.all(
      Array.from({ length: 260 }, () => aDevice({ snaps: [HELLO], 'validation-sets': [] })),
    );
    const plans = await planner.plan(await aWish({ mode: 'forget', sequence: undefined }), ids);
    expect(new Set(plans.map(({ deviceId }) => deviceId))).toEqual(new Set(ids));
    expect(plans.every(({ verdict }) => verdict === 'nothing')).toBe(true);
  });
});
