import { randomUUID } from 'node:crypto';
import { DEFAULT_POLICY } from '@corefleet/device-link';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { createLogger } from '@corefleet/platform/logger';
import { GatewayConfig } from './config';
import { GatewayContext } from './gateway-context';
import { sayUp, Uptime } from './uptime';
import { Wheel } from './wheel';

let testDatabase: TestDatabase;
let owner: Database;
let gateway: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const connect = (url: string) => new Database({ url, connections: 2, onIdleError: () => undefined });
  [owner, gateway] = [connect(testDatabase.url()), connect(testDatabase.url('corefleet_gateway'))];
});

afterAll(async () => {
  await Promise.all([owner.close(), gateway.close()]);
  await testDatabase.drop();
});

/** Connected to by nobody here. */
const STORES = {
  COREFLEET_DATABASE_URL: 'postgres://localhost/none',
  COREFLEET_REDIS_URL: 'redis://localhost',
  COREFLEET_ARTIFACTS_DIR: '/nowhere',
};

const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);

it.each([
  ['goes on while it says so every few seconds', 30, 600],
  ['begins anew when it was kept from saying so for a minute', 90, 0],
])('the uptime of a gateway %s', async (_what, silentSeconds, upSeconds) => {
  const id = randomUUID();
  await owner.prisma.gateway.create({ data: { id, upSince: ago(600), seenAt: ago(silentSeconds) } });
  await sayUp(gateway, id);
  const { upSince, seenAt } = await owner.prisma.gateway.findUniqueOrThrow({ where: { id } });
  expect(Math.abs(upSince.getTime() - ago(upSeconds).getTime())).toBeLessThan(20_000);
  expect(Math.abs(seenAt.getTime() - Date.now())).toBeLessThan(20_000);
});

it('is forgotten a day after its last word', async () => {
  const [old, id] = [randomUUID(), randomUUID()];
  await owner.prisma.gateway.create({ data: { id: old, upSince: ago(200_000), seenAt: ago(90_000) } });
  await sayUp(gateway, id);
  const rows = await owner.prisma.gateway.findMany({ where: { id: { in: [old, id] } } });
  expect(rows.map((row) => row.id)).toEqual([id]);
});

it('says no more that it is up once it has ended, also when it was saying so just then', async () => {
  const [config, logger] = [GatewayConfig.parse(STORES), createLogger('gateway', 'silent')];
  const context = new GatewayContext(randomUUID(), config, DEFAULT_POLICY, logger);
  const uptime = new Uptime(gateway, context, new Wheel(context));
  await uptime.say();
  expect(await owner.prisma.gateway.count({ where: { id: context.gatewayId } })).toBe(1);
  await Promise.all([uptime.say(), uptime.end()]);
  await uptime.say();
  expect(await owner.prisma.gateway.count({ where: { id: context.gatewayId } })).toBe(0);
});
