import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import { Envelope, commandSigningText, type CommandReport } from '@corefleet/contracts/device-protocol';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { CommandReportsIngest } from './command-reports-ingest';
import { foldReports } from './fold-reports';
import { issueCommands } from './issue-commands';
import { signCommands } from './sign-commands';
import { closeOverdueCommands, waitingEnrolmentIds } from './sweep-commands';

const keys = generateKeyPairSync('ed25519');
const signer = {
  keyId: 'k',
  sign: (text: string) => sign(null, Buffer.from(text), keys.privateKey).toString('base64url'),
};
const parameters = { snap: 'system', values: { 'refresh.retain': 3 } };

let testDatabase: TestDatabase;
const databases: Database[] = [];
let owner: Database;

const connect = (url: string): Database => {
  const database = new Database({ url, connections: 4, onIdleError: () => undefined });
  databases.push(database);
  return database;
};

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  owner = connect(testDatabase.url());
});

afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await testDatabase.drop();
});

async function aDevice(): Promise<{ deviceId: string; enrolmentId: string }> {
  const [deviceId, enrolmentId] = [randomUUID(), randomUUID()];
  await owner.prisma.device.create({
    data: { id: deviceId, brandId: 'acme', model: 'pc', serial: deviceId, labels: {}, enrolmentId },
  });
  await owner.prisma.enrolment.create({
    data: { id: enrolmentId, deviceId, publicKey: enrolmentId, status: 'active', tokenId: randomUUID() },
  });
  return { deviceId, enrolmentId };
}

async function issued(
  deviceIds: string[],
  over: { parameters?: object; validUntil?: Date; ids?: string[]; named?: string[] } = {},
): Promise<string[]> {
  const api = connect(testDatabase.url('corefleet_api'));
  const commands = deviceIds.map((deviceId, at) => ({ id: over.ids?.[at] ?? randomUUID(), deviceId }));
  const entry = {
    actor: { kind: 'person', id: 'p', name: 'ann' } as const,
    action: 'command.issue',
    subject: { kind: 'command', id: '' },
    details: { operation: 'set-configuration', parameters, commands: over.named ?? commands.map(({ id }) => id) },
  };
  await issueCommands(api, entry, {
    operation: 'set-configuration',
    parameters: (over.parameters ?? parameters) as Record<string, unknown>,
    requestedBy: 'ann',
    deadlineSeconds: 60,
    createdAt: new Date(),
    validUntil: over.validUntil ?? new Date(Date.now() + 60_000),
    commands,
  });
  return commands.map(({ id }) => id);
}

const statusOf = async (id: string) => (await owner.prisma.command.findUniqueOrThrow({ where: { id } })).status;

describe('signCommands, as the role of the signer', () => {
  it('signs for each device in rising sequence, exactly the stored envelope', async () => {
    const { deviceId, enrolmentId } = await aDevice();
    const ids = [...(await issued([deviceId])), ...(await issued([deviceId]))];
    const enrolments = await signCommands(connect(testDatabase.url('corefleet_signer')), signer, ids, new Date());
    expect(enrolments).toEqual([enrolmentId]);
    const rows = await owner.prisma.command.findMany({ where: { id: { in: ids } }, orderBy: { sequence: 'asc' } });
    expect(rows.map(({ status, sequence }) => [status, Number(sequence)])).toEqual([
      ['signed', 1],
      ['signed', 2],
    ]);
    for (const row of rows) {
      const text = commandSigningText(row.envelope!);
      expect(verify(null, Buffer.from(text), keys.publicKey, Buffer.from(row.signature!, 'base64url'))).toBe(true);
      expect(Envelope.parse(JSON.parse(row.envelope!))).toMatchObject({ 'message-id': row.id, body: parameters });
    }
  });

  it('signs nothing twice, also when two signers are asked at once', async () => {
    const { deviceId } = await aDevice();
    const ids = await issued([deviceId]);
    const database = connect(testDatabase.url('corefleet_signer'));
    await Promise.all([
      signCommands(database, signer, ids, new Date()),
      signCommands(database, signer, ids, new Date()),
    ]);
    expect(await signCommands(database, signer, ids, new Date())).toEqual([]);
    const [enrolment] = await owner.prisma.enrolment.findMany({ where: { deviceId } });
    expect(enrolment?.nextSequence).toBe(2n);
  });

  it('numbers what is signed together in the order it was asked for, whatever the ids', async () => {
    const { deviceId } = await aDevice();
    const [first] = await issued([deviceId], { ids: ['ffffffff-0000-4000-8000-000000000001'] });
    const [second] = await issued([deviceId], { ids: ['00000000-0000-4000-8000-000000000001'] });
    await signCommands(connect(testDatabase.url('corefleet_signer')), signer, [second!, first!], new Date());
    const rows = await owner.prisma.command.findMany({ where: { deviceId }, orderBy: { sequence: 'asc' } });
    expect(rows.map(({ id }) => id)).toEqual([first, second]);
  });

  it('refuses a command that leans on the request for another one', async () => {
    const { deviceId } = await aDevice();
    const [id] = await issued([deviceId], { named: [randomUUID()] });
    await signCommands(connect(testDatabase.url('corefleet_signer')), signer, [id!], new Date());
    const row = await owner.prisma.command.findUniqueOrThrow({ where: { id: id! } });
    expect(row).toMatchObject({ status: 'rejected', cause: 'signer-refused', envelope: null });
  });

  it('refuses what the audited request did not ask for', async () => {
    const { deviceId } = await aDevice();
    const [id] = await issued([deviceId], { parameters: { snap: 'system', values: { 'refresh.retain': 20 } } });
    await signCommands(connect(testDatabase.url('corefleet_signer')), signer, [id!], new Date());
    const row = await owner.prisma.command.findUniqueOrThrow({ where: { id: id! } });
    expect(row).toMatchObject({ status: 'rejected', cause: 'signer-refused', envelope: null });
  });
});

describe('foldReports, as the role of the worker', () => {
  const report = (
    commandId: string,
    state: CommandReport['state'],
    over: Partial<CommandReport> = {},
  ): CommandReport => ({
    commandId,
    state,
    changeIds: ['7'],
    ...over,
  });

  async function reported(enrolmentId: string, reports: [number, CommandReport][]): Promise<void> {
    const gateway = connect(testDatabase.url('corefleet_gateway'));
    const received = reports.map(([number, said]) => ({ enrolmentId, journalEpoch: 1, number, report: said }));
    await new CommandReportsIngest(gateway).insert(received);
    await foldReports(connect(testDatabase.url('corefleet_worker')), new Date());
  }

  it('moves a command by its newest report and keeps what snapd said', async () => {
    const { deviceId, enrolmentId } = await aDevice();
    const [id] = await issued([deviceId]);
    const failed = report(id!, 'failed', {
      cause: 'snapd-refused',
      message: 'snap "x" is held',
      snapdKind: 'k',
      snapdValue: { a: 1 },
    });
    await reported(enrolmentId, [
      [3, failed],
      [1, report(id!, 'accepted')],
      [2, report(id!, 'running')],
    ]);
    const row = await owner.prisma.command.findUniqueOrThrow({ where: { id: id! } });
    expect(row).toMatchObject({
      status: 'failed',
      cause: 'snapd-refused',
      message: 'snap "x" is held',
      snapdKind: 'k',
      changeIds: ['7'],
    });
    expect(row.finishedAt).not.toBeNull();
    expect(await owner.prisma.commandReport.count({ where: { enrolmentId } })).toBe(0);
  });

  it('keeps what takes a command back, as its device computed it', async () => {
    const { deviceId, enrolmentId } = await aDevice();
    const [id] = await issued([deviceId]);
    const undo = [{ operation: 'revert', parameters: { snap: 'app', revision: '1' } }];
    await reported(enrolmentId, [[1, report(id!, 'succeeded', { result: [], undo })]]);
    expect(await owner.prisma.command.findUniqueOrThrow({ where: { id: id! } })).toMatchObject({ undo });
  });

  it('never goes back to an older report, and never leaves an end', async () => {
    const { deviceId, enrolmentId } = await aDevice();
    const [id] = await issued([deviceId]);
    await reported(enrolmentId, [[5, report(id!, 'succeeded')]]);
    await reported(enrolmentId, [[4, report(id!, 'running')]]);
    await reported(enrolmentId, [[6, report(id!, 'running')]]);
    expect(await statusOf(id!)).toBe('succeeded');
  });

  it('keeps a result that comes after the command was closed', async () => {
    const { deviceId, enrolmentId } = await aDevice();
    const [id] = await issued([deviceId], { validUntil: new Date(Date.now() - 60_000) });
    await closeOverdueCommands(connect(testDatabase.url('corefleet_worker')), new Date());
    expect(await statusOf(id!)).toBe('expired');
    await reported(enrolmentId, [[1, report(id!, 'succeeded')]]);
    const row = await owner.prisma.command.findUniqueOrThrow({ where: { id: id! } });
    expect(row).toMatchObject({ status: 'expired', lateStatus: 'succeeded' });
  });

  /** A command that its device accepted, an hour past its deadline. */
  async function anOverdueCommand(): Promise<{ id: string; enrolmentId: string }> {
    const { deviceId, enrolmentId } = await aDevice();
    const [id] = await issued([deviceId]);
    const acceptedAt = new Date(Date.now() - 2 * 3600_000);
    const data = { status: 'running', acceptedAt, deadlineSeconds: 3600, appliedEpoch: 1 };
    await owner.prisma.command.update({ where: { id: id! }, data });
    return { id: id!, enrolmentId };
  }

  async function aLink(enrolmentId: string, fields: object): Promise<void> {
    const said = { journalId: 'j', journalEpoch: 1, agentVersion: '1', protocol: 1, snapdState: 'reachable' };
    const times = { connectedAt: new Date(Date.now() - 600_000), lastSeenAt: new Date() };
    await owner.prisma.deviceLink.create({ data: { enrolmentId, ...said, ...times, ...fields } });
  }

  const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

  it.each<[string, object | undefined, { upSince: Date; seenAt: Date }[], string]>([
    [
      'lost when a gateway has waited for its device',
      undefined,
      [{ upSince: minutesAgo(11), seenAt: new Date() }],
      'lost',
    ],
    ['not lost while no gateway is up', undefined, [{ upSince: minutesAgo(99), seenAt: minutesAgo(2) }], 'running'],
    [
      'not lost while the gateways have just come up',
      undefined,
      [{ upSince: minutesAgo(9), seenAt: new Date() }],
      'running',
    ],
    ['timed out when its device was seen since', {}, [], 'timed-out'],
    ['not timed out when its device was seen before only', { lastSeenAt: minutesAgo(61) }, [], 'running'],
  ])('past its deadline is %s', async (_what, link, gateways, status) => {
    const { id, enrolmentId } = await anOverdueCommand();
    if (link) await aLink(enrolmentId, link);
    await owner.prisma.gateway.createMany({ data: gateways.map((times) => ({ id: randomUUID(), ...times })) });
    await closeOverdueCommands(connect(testDatabase.url('corefleet_worker')), new Date());
    expect(await statusOf(id)).toBe(status);
    await owner.prisma.gateway.deleteMany();
    await owner.prisma.command.deleteMany({ where: { id } });
  });

  it('goes by the time it is given, not by that of Postgres', async () => {
    const { deviceId } = await aDevice();
    const [id] = await issued([deviceId], { validUntil: new Date(Date.now() + 30 * 86_400_000) });
    const worker = connect(testDatabase.url('corefleet_worker'));
    await closeOverdueCommands(worker, new Date());
    expect(await statusOf(id!)).toBe('queued');
    const later = new Date(Date.now() + 31 * 86_400_000);
    await closeOverdueCommands(worker, later);
    const row = await owner.prisma.command.findUniqueOrThrow({ where: { id: id! } });
    expect(row).toMatchObject({ status: 'expired', finishedAt: later });
  });

  it('that its device lost with its journal is unknown, once the device had time to tell what it still has', async () => {
    const { deviceId, enrolmentId } = await aDevice();
    const [id] = await issued([deviceId]);
    await reported(enrolmentId, [[1, report(id!, 'running')]]);
    const worker = connect(testDatabase.url('corefleet_worker'));
    await aLink(enrolmentId, { journalEpoch: 2, connectedAt: new Date(Date.now() - 60_000) });
    await closeOverdueCommands(worker, new Date());
    expect(await statusOf(id!)).toBe('running');
    const connectedAt = new Date(Date.now() - 180_000);
    await owner.prisma.deviceLink.update({ where: { enrolmentId }, data: { connectedAt } });
    await closeOverdueCommands(worker, new Date());
    expect(await owner.prisma.command.findUniqueOrThrow({ where: { id: id! } })).toMatchObject({
      status: 'unknown',
      cause: 'journal-lost',
      message: 'the device began a new journal and no longer knows the command',
    });
  });

  it('closes nothing whose report is still to be folded', async () => {
    const { deviceId, enrolmentId } = await aDevice();
    const [id] = await issued([deviceId], { validUntil: new Date(Date.now() - 60_000) });
    const gateway = connect(testDatabase.url('corefleet_gateway'));
    const worker = connect(testDatabase.url('corefleet_worker'));
    const said = { enrolmentId, journalEpoch: 1, number: 1, report: report(id!, 'succeeded') };
    await new CommandReportsIngest(gateway).insert([said]);
    await closeOverdueCommands(worker, new Date());
    await foldReports(worker, new Date());
    const row = await owner.prisma.command.findUniqueOrThrow({ where: { id: id! } });
    expect(row).toMatchObject({ status: 'succeeded', lateStatus: null });
  });

  it('lets no device move the command of another', async () => {
    const [mine, theirs] = [await aDevice(), await aDevice()];
    const [id] = await issued([mine.deviceId]);
    await reported(theirs.enrolmentId, [[1, report(id!, 'succeeded')]]);
    expect(await statusOf(id!)).toBe('queued');
  });
});

it('nudges all whose commands wait, some in each sweep', async () => {
  const devices = [await aDevice(), await aDevice(), await aDevice()];
  const ids = await issued(devices.map(({ deviceId }) => deviceId));
  await signCommands(connect(testDatabase.url('corefleet_signer')), signer, ids, new Date());
  const worker = connect(testDatabase.url('corefleet_worker'));
  const nudged: string[] = [];
  let last: string | undefined;
  do {
    const sweep = await waitingEnrolmentIds(worker, new Date(Date.now() + 1_000), last, 1);
    nudged.push(...sweep.ids);
    last = sweep.last;
  } while (last);
  expect(nudged).toEqual(expect.arrayContaining(devices.map(({ enrolmentId }) => enrolmentId)));
});
