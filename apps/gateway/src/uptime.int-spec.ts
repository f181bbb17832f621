import { randomUUID } from 'node:crypto';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { sayUp } from './uptime';

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
