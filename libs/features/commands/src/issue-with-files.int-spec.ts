import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ArtifactFiles, ArtifactsService, lockKept } from '@corefleet/features/artifacts';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { insertCommands } from './insert-commands';
import { issueCommands } from './issue-commands';

const ANN: Actor = { kind: 'person', id: 'p', name: 'ann' };

let testDatabase: TestDatabase;
let directory: string;
let owner: Database;
let api: Database;
let artifacts: ArtifactsService;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  directory = mkdtempSync(path.join(tmpdir(), 'corefleet-issue-'));
  owner = new Database({ url: testDatabase.url(), connections: 2, onIdleError: () => undefined });
  api = new Database({ url: testDatabase.url('corefleet_api'), connections: 4, onIdleError: () => undefined });
  artifacts = new ArtifactsService(api, new AuditService(api), new ArtifactFiles(directory), new Clock());
});

afterAll(async () => {
  await Promise.all([owner.close(), api.close()]);
  await testDatabase.drop();
  rmSync(directory, { recursive: true, force: true });
});

async function aDevice(): Promise<string> {
  const [id, enrolmentId] = [randomUUID(), randomUUID()];
  const device = { id, brandId: 'acme', model: 'pc', serial: id, labels: {}, enrolmentId };
  await owner.prisma.device.create({ data: device });
  const enrolment = { id: enrolmentId, deviceId: id, publicKey: id, status: 'active', tokenId: randomUUID() };
  await owner.prisma.enrolment.create({ data: enrolment });
  return id;
}

/** An order for a file that was just uploaded. */
async function anOrder() {
  async function* content(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from(randomUUID()));
  }
  const { sha256, size, name } = await artifacts.upload(ANN, { name: 'a.snap', content: content(), mostBytes: 100 });
  const commands = [{ id: randomUUID(), deviceId: await aDevice() }];
  const times = { createdAt: new Date(), deadlineSeconds: 60, validUntil: new Date(Date.now() + 60_000) };
  const parameters = { files: [{ sha256, size, name }] };
  const order = { operation: 'sideload', parameters, requestedBy: 'ann', commands, ...times };
  return { sha256, id: commands[0]?.id ?? '', order };
}

const entry = { actor: ANN, action: 'command.issue', subject: { kind: 'command', id: '' } };

/** Until somebody waits for a lock of this database. */
const untilBlocked = (): Promise<true> =>
  eventually(
    async () => {
      const { count } = (
        await owner.prisma.$queryRaw<{ count: number }[]>`
          SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      )[0] ?? { count: 0 };
      return count > 0;
    },
    { what: 'a statement to wait for a lock' },
  );

it('writes down which files a command needs', async () => {
  const { id, sha256, order } = await anOrder();
  expect(await issueCommands(api, entry, order)).toMatchObject({ filesKept: true });
  expect(await owner.prisma.command.findUnique({ where: { id } })).toMatchObject({ artifacts: [sha256] });
});

it('issues nothing for a file that is being removed', async () => {
  const { sha256, id, order } = await anOrder();
  let issuing: ReturnType<typeof issueCommands> | undefined;
  await owner.transaction(async (tx) => {
    await tx.artifact.delete({ where: { sha256 } });
    issuing = issueCommands(api, entry, order);
    await untilBlocked();
  });
  expect(await issuing).toMatchObject({ filesKept: false });
  expect(await owner.prisma.command.findUnique({ where: { id } })).toBeNull();
});

it('removes nothing that a command being issued needs', async () => {
  const { sha256, id, order } = await anOrder();
  let removing: Promise<unknown> | undefined;
  await api.transaction(async (tx) => {
    await lockKept(tx, [sha256]);
    removing = artifacts.remove(ANN, sha256).catch((error: unknown) => error);
    await untilBlocked();
    const place = { phase: 'apply', attempt: 1, step: 0 };
    const commands = order.commands.map((command) => ({ ...order, ...place, ...command }));
    await insertCommands(tx, { ...order, commands, auditId: 1n, rolloutId: randomUUID() });
  });
  expect(await removing).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`command "${id}" needs it`),
  });
});
