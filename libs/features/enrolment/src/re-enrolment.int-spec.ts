import { randomBytes, randomUUID } from 'node:crypto';
import { AuditService } from '@corefleet/features/audit';
import { RE_ENROLLED } from '@corefleet/features/commands';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createLogger } from '@corefleet/platform/logger';
import { Bus, RedisConnections } from '@corefleet/platform/redis';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { Admission } from './admission';
import { EnrolmentTokensService } from './enrolment-tokens.service';
import { DeviceKnownError, EnrolmentTokenRefusedError } from './enrolment.errors';
import { EnrolmentService } from './enrolment.service';

const person = { kind: 'person', id: 'p', name: 'ann' } as const;
const logger = createLogger('test', 'silent');
const stores = testRedis();
const redis = new RedisConnections(stores.url, stores.prefix, logger);

let testDatabase: TestDatabase;
let owner: Database;
let api: Database;
let enrolment: EnrolmentService;
let tokens: EnrolmentTokensService;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const connect = (url: string) => new Database({ url, connections: 5, onIdleError: () => undefined });
  [owner, api] = [connect(testDatabase.url()), connect(testDatabase.url('corefleet_api'))];
  await owner.prisma.signingKey.create({ data: { id: 'k', publicKey: 'p' } });
  const [audit, clock, ids] = [new AuditService(api), new Clock(), new Ids()];
  tokens = new EnrolmentTokensService(api, audit, clock, ids);
  const admission = new Admission(tokens, audit, clock, ids);
  const options = { gatewayUrl: 'http://gateway' };
  enrolment = new EnrolmentService(api, tokens, admission, audit, clock, new Bus(redis, logger), options);
});

afterAll(async () => {
  redis.close();
  await Promise.all([owner.close(), api.close()]);
  await Promise.all([testDatabase.drop(), stores.cleanup()]);
});

interface Joined {
  readonly token: string;
  readonly tokenId: string;
  readonly serial: string;
  readonly deviceId: string;
  readonly enrolmentId: string;
}

/** A device that joined by a token of its own with one use. */
async function aDevice(): Promise<Joined> {
  const { token, id: tokenId } = await tokens.create(person, {
    name: 't',
    labels: {},
    maxUses: 1,
    expiresInSeconds: 60,
  });
  const serial = randomUUID();
  const { deviceId, enrolmentId } = await comeBack({ token, serial });
  return { token, tokenId, serial, deviceId, enrolmentId };
}

/** Asks with a new key. */
const comeBack = ({ token, serial }: Pick<Joined, 'token' | 'serial'>) =>
  enrolment.enrol(
    {
      ...{ token, brandId: 'acme', model: 'pc', serial, agentVersion: '1' },
      publicKey: randomBytes(32).toString('base64url'),
    },
    'here',
  );

async function aCommand({ deviceId, enrolmentId }: Joined, fields: object): Promise<string> {
  const id = randomUUID();
  const order = { deviceId, enrolmentId, operation: 'hold', parameters: {}, auditId: 1n, requestedBy: 'ann' };
  const times = { validUntil: new Date(Date.now() + 60_000), deadlineSeconds: 60, changeIds: [] };
  await owner.prisma.command.create({ data: { id, status: 'queued', ...order, ...times, ...fields } });
  return id;
}

const reset = { operation: 'factory-reset', status: 'rebooting', acceptedAt: new Date() };

async function said(device: Joined, commandId: string, state: string): Promise<void> {
  const report = { commandId, state, changeIds: [] };
  const row = {
    enrolmentId: device.enrolmentId,
    journalEpoch: 1,
    number: 1n,
    commandId,
    report,
    receivedAt: new Date(),
  };
  await owner.prisma.commandReport.create({ data: row });
}

const statusOf = async (id: string) => (await owner.prisma.command.findUniqueOrThrow({ where: { id } })).status;

describe('a device that comes with another key', () => {
  it('takes the place of its enrolment when a reset was ordered, by the token that it first came with', async () => {
    const device = await aDevice();
    await owner.prisma.enrolmentToken.update({ where: { id: device.tokenId }, data: { expiresAt: new Date(0) } });
    const ordered = await aCommand(device, reset);
    const again = await comeBack(device);
    expect(again.deviceId).toBe(device.deviceId);
    const row = await owner.prisma.device.findUniqueOrThrow({ where: { id: device.deviceId } });
    expect(row.enrolmentId).toBe(again.enrolmentId);
    const [first, second] = await owner.prisma.enrolment.findMany({
      where: { deviceId: device.deviceId },
      orderBy: { createdAt: 'asc' },
    });
    expect(first).toMatchObject({ id: device.enrolmentId, status: 'retired', endedAt: expect.any(Date) as Date });
    expect(second).toMatchObject({ id: again.enrolmentId, status: 'active' });
    expect(await owner.prisma.command.findUniqueOrThrow({ where: { id: ordered } })).toMatchObject({
      status: 'succeeded',
      message: 'the device came back with a new key',
      cause: null,
    });
    const audited = await owner.prisma.auditEntry.findFirstOrThrow({ where: { action: 'device.re-enrol' } });
    expect(audited).toMatchObject({
      subjectId: device.deviceId,
      details: { retired: device.enrolmentId, expectation: { kind: 'ordered', commandId: ordered } },
    });
  });

  it('ends what the retired enrolment had open, each as what is known of it', async () => {
    const device = await aDevice();
    await aCommand(device, reset);
    const [queued, signed, running, done, heard] = [
      await aCommand(device, {}),
      await aCommand(device, { status: 'signed' }),
      await aCommand(device, { status: 'running', acceptedAt: new Date() }),
      await aCommand(device, { status: 'failed', finishedAt: new Date() }),
      await aCommand(device, { status: 'running', acceptedAt: new Date() }),
    ];
    await said(device, heard, 'failed');
    await comeBack(device);
    expect(await Promise.all([queued, signed, running, done, heard].map(statusOf))).toEqual([
      'cancelled',
      'cancelled',
      'unknown',
      'failed',
      'running', // its end is in the inbox: a worker folds it
    ]);
    const taken = await owner.prisma.command.findMany({ where: { id: { in: [queued, signed] } } });
    expect(taken.map(({ cause }) => cause)).toEqual([RE_ENROLLED, RE_ENROLLED]); // what tells rollouts to give it again
  });

  it('is expected when its acceptance was reported and no worker has folded it yet', async () => {
    const device = await aDevice();
    const ordered = await aCommand(device, { operation: 'factory-reset', status: 'signed' });
    await said(device, ordered, 'running');
    await comeBack(device);
    expect(await statusOf(ordered)).toBe('succeeded');
  });

  it.each([
    ['no order', undefined],
    ['an order that the device has not accepted', { operation: 'factory-reset', status: 'signed' }],
    ['an order past its deadline', { ...reset, acceptedAt: new Date(Date.now() - 61_000) }],
    ['an order that failed', { ...reset, status: 'failed', finishedAt: new Date() }],
    ['an order of something else', { ...reset, operation: 'reboot' }],
  ])('waits for a person after %s', async (_what, order) => {
    const device = await aDevice();
    const id = order && (await aCommand(device, order));
    await expect(comeBack(device)).rejects.toBeInstanceOf(DeviceKnownError);
    if (id) expect(await statusOf(id)).toBe(order.status);
    const row = await owner.prisma.device.findUniqueOrThrow({ where: { id: device.deviceId } });
    expect(row).toMatchObject({ enrolmentId: device.enrolmentId, claimedAt: expect.any(Date) as Date });
    await enrolment.allowReEnrolment(person, device.deviceId, 60, 'it was me');
    expect(await comeBack(device)).toMatchObject({ deviceId: device.deviceId });
  });

  it('is not let in by a revoked token, nor by one that is used up and never let it in', async () => {
    const [device, other] = [await aDevice(), await aDevice()];
    await aCommand(device, reset);
    await expect(comeBack({ ...device, token: other.token })).rejects.toBeInstanceOf(EnrolmentTokenRefusedError);
    await tokens.revoke(person, device.tokenId);
    await expect(comeBack(device)).rejects.toBeInstanceOf(EnrolmentTokenRefusedError);
  });

  it('is let in once: of several keys at once the first', async () => {
    const device = await aDevice();
    await aCommand(device, reset);
    const { token } = await tokens.create(person, { name: 't', labels: {}, maxUses: 9, expiresInSeconds: 60 });
    const asked = [device.token, token, token, token].map((by) => comeBack({ ...device, token: by }));
    const answers = await Promise.allSettled(asked);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const active = await owner.prisma.enrolment.findMany({ where: { deviceId: device.deviceId, status: 'active' } });
    const row = await owner.prisma.device.findUniqueOrThrow({ where: { id: device.deviceId } });
    expect(active.map(({ id }) => id)).toEqual([row.enrolmentId]);
  });

  it('is revoked whole when a person revokes it while it comes', async () => {
    const device = await aDevice();
    await aCommand(device, reset);
    const acts: Promise<unknown>[] = [];
    await owner.transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM devices WHERE id = ${device.deviceId}::uuid FOR UPDATE`;
      for (const act of [() => comeBack(device), () => enrolment.revokeDevice(person, device.deviceId)]) {
        acts.push(act());
        await waiting(acts.length);
      }
    });
    await Promise.all(acts);
    expect(await owner.prisma.enrolment.count({ where: { deviceId: device.deviceId, status: 'active' } })).toBe(0);
  });
});

/** Resolves once so many transactions of this database wait for a lock. */
const waiting = (count: number): Promise<unknown> =>
  eventually(
    async () => {
      const rows = await owner.rows(
        'waiting',
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        [],
      );
      return rows.length === count;
    },
    { what: `${count} to wait` },
  );
