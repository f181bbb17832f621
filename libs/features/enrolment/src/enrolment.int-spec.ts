import { randomBytes, randomUUID } from 'node:crypto';
import { AuditService } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createLogger } from '@corefleet/platform/logger';
import { Bus, RedisConnections } from '@corefleet/platform/redis';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { Admission } from './admission';
import { EnrolmentTokensService } from './enrolment-tokens.service';
import { DeviceKnownError } from './enrolment.errors';
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
  const options = { gatewayUrl: 'http://gateway' };
  const admission = new Admission(tokens, audit, clock, ids);
  enrolment = new EnrolmentService(api, tokens, admission, audit, clock, new Bus(redis, logger), options);
});

afterAll(async () => {
  redis.close();
  await Promise.all([owner.close(), api.close()]);
  await Promise.all([testDatabase.drop(), stores.cleanup()]);
});

/** A new key claims the serial, by a token of its own: one token's uses are taken one after the other. */
async function claim(serial: string): Promise<unknown> {
  const { token } = await tokens.create(person, { name: 't', labels: {}, maxUses: 1, expiresInSeconds: 60 });
  return ask(token, serial, randomBytes(32).toString('base64url'));
}

/** @returns the device's id, or the error */
async function ask(token: string, serial: string, publicKey: string): Promise<unknown> {
  const identity = { brandId: 'acme', model: 'pc', serial };
  const answer = enrolment.enrol({ token, publicKey, ...identity, agentVersion: '1' }, 'here');
  return answer.then(
    ({ deviceId }) => deviceId,
    (error: unknown) => error,
  );
}

describe('EnrolmentService', () => {
  it.each(['new', 'let go'])('lets one of many keys in that claim a %s device at once', async (device) => {
    const serial = randomUUID();
    if (device === 'let go') await enrolment.revokeDevice(person, String(await claim(serial)));
    const answers = await Promise.all(Array.from({ length: 4 }, () => claim(serial)));
    const refused = answers.filter((answer) => answer instanceof DeviceKnownError);
    const [deviceId] = answers.filter((answer) => typeof answer === 'string');
    expect(refused).toHaveLength(3);
    const active = await owner.prisma.enrolment.findMany({ where: { deviceId: String(deviceId), status: 'active' } });
    const row = await owner.prisma.device.findUniqueOrThrow({ where: { id: String(deviceId) } });
    expect(active.map(({ id }) => id)).toEqual([row.enrolmentId]);
  });

  it('gives the same answer to a device that asks again before it was answered, and takes one use', async () => {
    const { token } = await tokens.create(person, { name: 't', labels: {}, maxUses: 1, expiresInSeconds: 60 });
    const [serial, publicKey] = [randomUUID(), randomBytes(32).toString('base64url')];
    const answers = await Promise.all([1, 2, 3].map(() => ask(token, serial, publicKey)));
    expect(answers).toEqual([expect.any(String), answers[0], answers[0]]);
  });

  it('takes back what a revoked device has not accepted, and leaves what it has', async () => {
    const deviceId = String(await claim(randomUUID()));
    const { enrolmentId } = await owner.prisma.device.findUniqueOrThrow({ where: { id: deviceId } });
    const order = { deviceId, enrolmentId: String(enrolmentId), operation: 'hold', parameters: {}, auditId: 1n };
    const rest = { requestedBy: 'ann', validUntil: new Date(Date.now() + 60_000), deadlineSeconds: 60, changeIds: [] };
    const statuses = ['queued', 'signed', 'accepted', 'succeeded'];
    const data = statuses.map((status) => ({
      ...{ id: randomUUID(), ...order, ...rest, status },
      finishedAt: status === 'succeeded' ? new Date() : null,
    }));
    await owner.prisma.command.createMany({ data });
    await enrolment.revokeDevice(person, deviceId);
    const rows = await owner.prisma.command.findMany({ where: { deviceId } });
    const now = new Map(rows.map(({ id, status }) => [id, status]));
    expect(data.map(({ id }) => now.get(id))).toEqual(['cancelled', 'cancelled', 'accepted', 'succeeded']);
  });
});
