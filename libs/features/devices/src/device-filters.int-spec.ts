import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { InventoryIngest } from '@corefleet/features/inventory';
import { Clock } from '@corefleet/platform/clock';
import { Database, Prisma } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { DeviceFilters } from './device-filters';
import { DEVICES } from './filter/condition-sql';
import { sampleDevice, SAMPLES_NOW, type SampleDevice } from './testing/sample-device';
import { sampleFilter } from './testing/sample-filter';

const SEED = Date.now() % 1_000_000;
const DEVICE_COUNT = 150;

let store: TestDatabase;
let owner: Database;
let api: Database;
let gateway: Database;
let filters: DeviceFilters;

class StandingClock extends Clock {
  override now(): Date {
    return SAMPLES_NOW;
  }
}

const connect = (role?: TestRole): Database =>
  new Database({ url: store.url(role), connections: 2, onIdleError: () => undefined });

beforeAll(async () => {
  store = await createTestDatabase();
  [owner, api, gateway] = [connect(), connect('corefleet_api'), connect('corefleet_gateway')];
  filters = new DeviceFilters(api, new StandingClock());
});

afterAll(async () => {
  await Promise.all([owner.close(), api.close(), gateway.close()]);
  await store.drop();
});

afterEach(() => owner.prisma.device.deleteMany());

async function keep(devices: readonly SampleDevice[]): Promise<void> {
  const ingest = new InventoryIngest(gateway);
  for (const { id, brandId, model, serial, labels, createdAt, enrolled, link, facts } of devices) {
    const enrolmentId = enrolled ? randomUUID() : null;
    const identity = { id, brandId, model, serial, labels, createdAt, enrolmentId };
    await owner.prisma.device.create({ data: identity });
    if (!enrolmentId) continue;
    if (link) {
      const rest = { journalId: 'j', journalEpoch: 1, protocol: 1, connectedAt: SAMPLES_NOW };
      const { agentVersion, snapdState, lastSeenAt } = link;
      await owner.prisma.deviceLink.create({ data: { enrolmentId, agentVersion, snapdState, lastSeenAt, ...rest } });
    }
    const items = Object.entries(facts).map(([name, value], at) => ({
      ...{ enrolmentId, journalEpoch: 1, number: at + 1 },
      body: { name: name as 'snaps', digest: `${name}-1`, value },
    }));
    expect(await ingest.storeFacts(items)).toEqual([]);
  }
}

async function matching(filter: string): Promise<string[]> {
  const condition = await filters.condition(filter);
  const rows = await api.query<{ id: string }>(Prisma.sql`SELECT d.id FROM ${DEVICES} WHERE ${condition}`);
  return rows.map(({ id }) => id);
}

/** Devices that differ in the identity the table wants unique. */
function samples(): SampleDevice[] {
  const devices = fc.sample(sampleDevice, { seed: SEED, numRuns: DEVICE_COUNT });
  const identity = ({ brandId, model, serial }: SampleDevice): string => JSON.stringify([brandId, model, serial]);
  return [...new Map(devices.map((device) => [identity(device), device])).values()];
}

describe('a filter', () => {
  it(`means the devices of which it is true, whatever it is made of (seed ${SEED})`, async () => {
    const devices = samples();
    expect(devices.length).toBeGreaterThan(30);
    await keep(devices);
    const said = { some: 0, none: 0, all: 0 };
    await fc.assert(
      fc.asyncProperty(sampleFilter, async ({ text, holds }) => {
        const expected = devices.filter(holds).map(({ id }) => id);
        said[expected.length === 0 ? 'none' : expected.length === devices.length ? 'all' : 'some'] += 1;
        expect((await matching(text)).sort()).toEqual(expected.sort());
        const others = devices.length - expected.length;
        expect(await matching(`not (${text})`)).toHaveLength(others);
      }),
      { seed: SEED, numRuns: 400, endOnFailure: true },
    );
    expect(said.some).toBeGreaterThan(100); // else the samples would prove nothing
  });

  describe('of one device', () => {
    const aDevice = (but: Partial<SampleDevice> = {}): SampleDevice => ({
      ...{ id: randomUUID(), brandId: 'acme', model: 'pc', serial: '1', labels: {}, enrolled: true },
      ...{ createdAt: SAMPLES_NOW, link: null, facts: {}, ...but },
    });

    it.each([
      ['is not equal to what is absent', 'label.site=berlin', false],
      ['differs from what is absent', 'label.site!=berlin', true],
      ['has no order with what is absent', 'snap.core22.revision<9 or snap.core22.revision>=9', false],
      ['is told apart from one that has it', 'not has snap.core22', true],
      ['was not seen long ago when it was never seen', 'last-seen>7d', false],
      ['was not seen lately either', 'last-seen<=7d', false],
      ['is not online', 'online=false', true],
      ['is neither classic nor not, before it has said', 'classic=true or classic=false', false],
      ['has no set', 'set.acme/base.tracked=false and not set.acme/base.valid=false', true],
      ['matches the empty filter', '', true],
    ])('that tells nothing %s: %s', async (_what, filter, expected) => {
      await keep([aDevice()]);
      expect(await matching(filter)).toHaveLength(expected ? 1 : 0);
    });

    it.each([
      ["serial=\"' OR '1'='1\"", false],
      ['serial="x\') OR TRUE --"', false],
      ['label.x\')="1"', 'refused'],
      ['label.x\'::text="1"', false],
      ["label.x\"='y'", 'refused'],
      ["snap.a'||'.revision=1", false],
      ["set.a'/b';--.sequence=1", false],
      ['serial=$1', false],
      ['serial="%"', false],
      ['serial=_', false],
      ['serial="\\\\"', false],
      ['serial="\'; DROP TABLE devices; --"', true],
      ["model='pc'", false],
      ['id="00000000-0000-0000-0000-000000000000\' OR TRUE"', 'refused'],
    ])('takes %s as words and never as SQL', async (filter, expected) => {
      await keep([aDevice({ serial: "'; DROP TABLE devices; --" })]);
      if (expected === 'refused') await expect(matching(filter)).rejects.toThrow('cannot read filter');
      else expect(await matching(filter)).toHaveLength(expected ? 1 : 0);
      expect(await owner.prisma.device.count()).toBe(1);
    });
  });

  it('knows what was done by hand to a set, and how old the default system is', async () => {
    const enrolmentId = randomUUID();
    const identity = { brandId: 'acme', model: 'pc', serial: '1', labels: {} };
    await owner.prisma.device.create({ data: { id: randomUUID(), ...identity, enrolmentId } });
    const leftAt = new Date(SAMPLES_NOW.getTime() - 864e5);
    await owner.prisma.leftSet.create({
      data: {
        ...{ enrolmentId, accountId: 'acme', name: 'base', mode: 'enforce', pinnedAt: 14, leftAt },
        ...{ commandId: randomUUID(), appliedEpoch: 1, appliedNumber: 1n },
      },
    });
    const tell = async (number: number, name: 'validation-sets' | 'systems', value: unknown) => {
      const item = { enrolmentId, journalEpoch: 1, number, body: { name, digest: `${number}`, value } };
      expect(await new InventoryIngest(gateway).storeFacts([item])).toEqual([]);
    };
    const set = { 'account-id': 'acme', name: 'base', mode: 'enforce', 'pinned-at': 14, sequence: 14, valid: true };
    await tell(2, 'validation-sets', [set]);
    expect(await matching('set.acme/base.drifted=false and not set.acme/base.drifted=true')).toHaveLength(1);
    await tell(3, 'validation-sets', [{ ...set, mode: 'monitor' }]);
    expect(await matching('set.acme/base.drifted=true and has set.acme/base.drifted')).toHaveLength(1);
    expect(await matching('has system.default-since')).toEqual([]);
    await tell(4, 'systems', [{ label: '20261101', 'default-recovery-system': true }]);
    const ninetyDays = new Date(SAMPLES_NOW.getTime() - 90 * 864e5);
    await owner.prisma.recoverySighting.updateMany({ data: { firstSeenAt: ninetyDays } });
    expect(await matching('system.default-since>89d')).toHaveLength(1);
    expect(await matching('system.default-since>91d')).toEqual([]);
  });

  describe('that names groups', () => {
    afterEach(() => owner.prisma.deviceGroup.deleteMany());

    const aGroup = (name: string, filter: string | null) =>
      owner.prisma.deviceGroup.create({
        data: { id: randomUUID(), name, description: '', filter, createdBy: 'ann', createdAt: SAMPLES_NOW },
      });

    it('means their devices, as listed and as filtered', async () => {
      const devices = samples().slice(0, 6);
      await keep(devices);
      const [first, second] = devices;
      const listed = await aGroup('listed', null);
      await owner.prisma.deviceGroupMember.createMany({
        data: [first!, second!].map(({ id }) => ({ groupId: listed.id, deviceId: id })),
      });
      await aGroup('pcs', 'model=pc');
      await aGroup('both', 'group in (listed, pcs)');
      const [ids, pcs] = [[first!.id, second!.id], devices.filter(({ model }) => model === 'pc').map(({ id }) => id)];
      expect((await matching('group=listed')).sort()).toEqual([...ids].sort());
      expect((await matching('group=both')).sort()).toEqual([...new Set([...ids, ...pcs])].sort());
      expect(await matching('not group=both')).toHaveLength(devices.length - new Set([...ids, ...pcs]).size);
    });

    it('refuses one that there is none of, or that refers to itself', async () => {
      await aGroup('pilots', 'group=berlin');
      await aGroup('berlin', 'model=pc or group=pilots');
      await expect(matching('model=pc or group=pilot')).rejects.toMatchObject({
        message: 'cannot read filter: unknown group "pilot" (did you mean "pilots"?) at position 18',
      });
      await expect(matching('group=berlin')).rejects.toMatchObject({
        message: 'cannot read filter: a group refers to itself (berlin -> pilots -> berlin) at position 6',
      });
    });

    it('refuses one that grows too long with them', async () => {
      for (let at = 0; at < 12; at += 1) await aGroup(`g${at}`, `group=g${at + 1} or group=g${at + 1}`);
      await aGroup('g12', 'model=pc');
      await expect(matching('group=g0')).rejects.toThrow('expected at most 1000 terms with those of its groups');
      expect(await matching('group=g5')).toEqual([]);
    });
  });
});
