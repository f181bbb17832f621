import { randomUUID } from 'node:crypto';
import { DeviceFilters } from '@corefleet/features/devices';
import { InventoryIngest } from '@corefleet/features/inventory';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { ComplianceReadModel, ValidationSetsReadModel, type ComplianceQuery } from '../index';

const NOW = new Date('2026-11-27T12:00:00Z');
const base = { accountId: 'acme', name: 'base' };

let store: TestDatabase;
let owner: Database;
let worker: Database;
let gateway: InventoryIngest;
let compliance: ComplianceReadModel;
const databases: Database[] = [];

class Now extends Clock {
  override now(): Date {
    return NOW;
  }
}

const connect = (role?: TestRole): Database => {
  const database = new Database({ url: store.url(role), connections: 2, onIdleError: () => undefined });
  databases.push(database);
  return database;
};

beforeAll(async () => {
  store = await createTestDatabase();
  [owner, worker] = [connect(), connect('corefleet_worker')];
  gateway = new InventoryIngest(connect('corefleet_gateway'));
  const api = connect('corefleet_api');
  const clock = new Now();
  compliance = new ComplianceReadModel(api, new DeviceFilters(api, clock), new ValidationSetsReadModel(api), clock);
  const snaps = [
    { name: 'app', id: 'A', presence: 'required', revision: '14' },
    { name: 'old', id: 'O', presence: 'invalid' },
  ];
  for (const sequence of [13, 14]) {
    await owner.prisma.validationSet.create({ data: { ...base, sequence, snaps, timestamp: NOW } });
  }
});

afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await store.drop();
});

beforeEach(async () => {
  await owner.pool.query(
    'TRUNCATE devices, device_links, device_facts, device_sets, device_snaps, left_sets, commands CASCADE',
  );
});

let serial = 0;

interface Device {
  readonly id: string;
  readonly enrolmentId: string;
}

/** An enrolled device that was heard from `silentHours` ago. */
async function aDevice(silentHours = 0, labels: Record<string, string> = {}): Promise<Device> {
  const [id, enrolmentId] = [randomUUID(), randomUUID()];
  const identity = { id, brandId: 'acme', model: 'pc', serial: `s${(serial += 1)}`, labels, enrolmentId };
  await owner.prisma.device.create({ data: identity });
  const lastSeenAt = new Date(NOW.getTime() - silentHours * 3_600_000);
  const rest = { journalId: 'j', journalEpoch: 1, agentVersion: '1', protocol: 1, snapdState: 'reachable' };
  await owner.prisma.deviceLink.create({ data: { enrolmentId, connectedAt: lastSeenAt, lastSeenAt, ...rest } });
  return { id, enrolmentId };
}

let number = 0;

async function says({ enrolmentId }: Device, name: 'snaps' | 'validation-sets', value: unknown): Promise<void> {
  const body = { name, digest: JSON.stringify(value), value };
  expect(await gateway.storeFacts([{ enrolmentId, journalEpoch: 1, number: (number += 1), body }])).toEqual([]);
}

const tracked = (sequence: number, but: object = {}) => ({
  ...{ 'account-id': 'acme', name: 'base', mode: 'enforce', sequence, 'pinned-at': sequence, valid: true },
  ...but,
});
const snap = (name: string, revision: string) => ({ name, id: name[0]?.toUpperCase(), revision, status: 'active' });

/** A command that the device has carried out, as the worker folds its report. */
async function done(
  { id: deviceId, enrolmentId }: Device,
  operation: string,
  parameters: object,
  { late = false, status = 'succeeded' } = {},
): Promise<string> {
  const id = randomUUID();
  const rest = { auditId: 1, requestedBy: 'ann', validUntil: NOW, deadlineSeconds: 60 };
  const ended = late ? { status: 'lost', finishedAt: NOW } : { status: 'running' };
  await owner.prisma.command.create({ data: { id, deviceId, enrolmentId, operation, parameters, ...rest, ...ended } });
  const applied = { appliedEpoch: 1, appliedNumber: (number += 1) };
  const data = late ? { lateStatus: status } : { status, finishedAt: NOW };
  await worker.prisma.command.update({ where: { id }, data: { ...data, ...applied }, select: { id: true } });
  return id;
}

const ofBase = (query: Partial<ComplianceQuery> = {}) => compliance.ofSet(base, { limit: 50, ...query });
const words = async (query: Partial<ComplianceQuery> = {}) =>
  (await ofBase(query)).items.map(({ state, reasons }) => [state, ...reasons.map((reason) => reason.words)]);

describe('compliance with a set', () => {
  it('says how each device stands, since when, and why not', async () => {
    const [valid, invalid, away, mute, without] = [
      await aDevice(),
      await aDevice(23),
      await aDevice(25),
      await aDevice(),
      await aDevice(),
    ];
    await says(valid, 'validation-sets', [tracked(14)]);
    await says(invalid, 'validation-sets', [tracked(13, { valid: false, mode: 'monitor' })]);
    await says(invalid, 'snaps', [snap('app', '12'), snap('old', '3')]);
    await says(away, 'validation-sets', [tracked(14)]);
    await says(without, 'validation-sets', []);
    const { counts, sequences, items } = await ofBase();
    expect(counts).toEqual({ devices: 5, valid: 1, invalid: 1, 'not-applied': 1, unknown: 2, drifted: 0 });
    expect(sequences).toEqual([
      { sequence: 14, devices: 1 },
      { sequence: 13, devices: 1 },
    ]);
    const of = ({ id }: Device) => items.find(({ deviceId }) => deviceId === id);
    expect(of(valid)).toMatchObject({ state: 'valid', mode: 'enforce', sequence: 14, pinnedAt: 14, reasons: [] });
    expect(of(invalid)).toMatchObject({ state: 'invalid', mode: 'monitor', since: expect.any(Date) as Date });
    expect(of(invalid)?.reasons.map((reason) => reason.words)).toEqual([
      'snap "app" at 12, wants 14',
      'snap "old" at 3 must not be there',
    ]);
    expect(of(away)).toMatchObject({ state: 'unknown', since: new Date('2026-11-26T11:00:00Z'), sequence: 14 });
    expect(of(mute)).toMatchObject({ state: 'unknown', sequence: null });
    expect(of(without)).toMatchObject({ state: 'not-applied', mode: null });
  });

  it('holds devices against a sequence that is asked for', async () => {
    const [there, behind] = [await aDevice(), await aDevice()];
    await says(there, 'validation-sets', [tracked(14)]);
    await says(behind, 'validation-sets', [tracked(13)]);
    await says(behind, 'snaps', [snap('app', '13')]);
    expect((await words({ sequence: 14 })).sort()).toEqual([
      ['invalid', 'at sequence 13, wants 14', 'snap "app" at 13, wants 14'],
      ['valid'],
    ]);
  });

  it('says what it cannot know', async () => {
    const [newer, silent] = [await aDevice(), await aDevice()];
    await says(newer, 'validation-sets', [tracked(20, { valid: false })]);
    await says(silent, 'validation-sets', [tracked(14, { valid: false })]);
    expect((await words()).sort()).toEqual([
      ['invalid', 'sequence 20 is not imported, so what it asks for is not known'],
      ['invalid', 'the device has not said which snaps it has'],
    ]);
  });

  it('shows a part of the fleet, page by page', async () => {
    for (const site of ['berlin', 'bonn', 'berlin', 'berlin']) {
      await says(await aDevice(0, { site }), 'validation-sets', site === 'bonn' ? [] : [tracked(14)]);
    }
    const berlin = { filter: 'label.site=berlin', limit: 2 };
    const first = await ofBase(berlin);
    const second = await ofBase({ ...berlin, cursor: first.next });
    expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, undefined]);
    expect([first.counts, second.counts]).toMatchObject([{ devices: 3, valid: 3 }, undefined]);
    expect((await ofBase({ state: 'not-applied' })).items).toHaveLength(1);
  });

  it('is no error for what a device makes up', async () => {
    const device = await aDevice();
    await says(device, 'validation-sets', [
      tracked(14, { 'pinned-at': 'x', sequence: {}, valid: 'yes', mode: 7 }),
      null,
      3,
    ]);
    await done(device, 'enforce-validation-set', { 'validation-set': 'acme/base=14' });
    expect(await words()).toEqual([['invalid', 'sequence ? is not imported, so what it asks for is not known']]);
  });

  it('is not found for a set that nobody has, nor a sequence that is not imported', async () => {
    await expect(compliance.ofSet({ accountId: 'acme', name: 'no' }, { limit: 5 })).rejects.toThrow(
      'cannot find validation set "acme/no"',
    );
    await expect(ofBase({ sequence: 15 })).rejects.toThrow('cannot find validation set "acme/base=15"');
    await expect(compliance.ofDevice(randomUUID())).rejects.toThrow(/cannot find device/);
  });
});

describe('drift', () => {
  const drifts = async (device: Device) =>
    (await compliance.ofDevice(device.id)).map(({ name, drift }) => [name, drift?.words ?? null]);

  it.each<[string, string, object, object[], string | null]>([
    [
      'nothing, when it is as it was left',
      'enforce-validation-set',
      { 'validation-set': 'acme/base=14' },
      [tracked(14)],
      null,
    ],
    [
      'another pin',
      'enforce-validation-set',
      { 'validation-set': 'acme/base=14', refresh: true },
      [tracked(13)],
      'pinned at 14, shows 13',
    ],
    [
      'a lost pin',
      'enforce-validation-set',
      { 'validation-set': 'acme/base=14' },
      [tracked(14, { 'pinned-at': undefined })],
      'pinned at 14, shows no pin',
    ],
    [
      'no set at all',
      'monitor-validation-set',
      { 'validation-set': 'acme/base' },
      [],
      'monitor, not pinned, shows nothing',
    ],
    [
      'a newer sequence of one that is not pinned',
      'enforce-validation-set',
      { 'validation-set': 'acme/base' },
      [tracked(15, { 'pinned-at': undefined })],
      null,
    ],
    [
      'a set that was forgotten',
      'forget-validation-set',
      { 'validation-set': 'acme/base' },
      [tracked(14)],
      'forgotten, shows enforce, pinned at 14',
    ],
    [
      'a set that a refresh enforced',
      'refresh',
      { 'validation-sets': ['acme/base=14'] },
      [tracked(14, { mode: 'monitor' })],
      'enforce, pinned at 14, shows monitor, pinned at 14',
    ],
  ])('is told of %s', async (_, operation, parameters, shown, expected) => {
    const device = await aDevice();
    await done(device, operation, parameters);
    await says(device, 'validation-sets', shown);
    expect(await drifts(device)).toEqual([['base', expected]]);
    const asFilter = await ofBase({ filter: 'set.acme/base.drifted=true' });
    expect(asFilter.items).toHaveLength(expected === null ? 0 : 1);
  });

  it('is judged by what was told after the command, never by what was told before', async () => {
    const device = await aDevice();
    await says(device, 'validation-sets', [tracked(13)]);
    const commandId = await done(device, 'enforce-validation-set', { 'validation-set': 'acme/base=14' });
    expect(await drifts(device)).toEqual([['base', null]]);
    await says(device, 'validation-sets', [tracked(13)]); // the same again: by hand, back to where it was
    const [view] = await compliance.ofDevice(device.id);
    expect(view?.drift).toMatchObject({ commandId, rolloutId: null, since: expect.any(Date) as Date });
    expect((await ofBase()).counts?.drifted).toBe(1);
    expect((await ofBase({ drifted: false })).items).toEqual([]);
    await done(device, 'enforce-validation-set', { 'validation-set': 'acme/base=13' });
    await says(device, 'validation-sets', [tracked(13)]);
    expect(await drifts(device)).toEqual([['base', null]]);
  });

  it('counts what succeeded late, and nothing that failed', async () => {
    const [late, failed] = [await aDevice(), await aDevice()];
    await done(late, 'enforce-validation-set', { 'validation-set': 'acme/base=14' }, { late: true });
    await says(late, 'validation-sets', []);
    expect(await drifts(late)).toEqual([['base', 'enforce, pinned at 14, shows nothing']]);
    await done(failed, 'enforce-validation-set', { 'validation-set': 'acme/base=14' }, { status: 'failed' });
    expect(await owner.prisma.leftSet.count({ where: { enrolmentId: failed.enrolmentId } })).toBe(0);
  });
});
