import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Actor } from '@corefleet/features/audit';
import { createTestDatabase } from '@corefleet/testing/postgres';
import type { ArtifactView } from './artifact-view';
import { ArtifactsStand, pieces, sha256Of } from './testing/artifacts-stand';

const ADA: Actor = { kind: 'person', id: 'u1', name: 'ada' };
const OPERATOR = { actor: ADA, mayReadSensitive: false };
const MOST = 1000;
const BOUNDS = { mostBytes: MOST, days: 7 };
/** Of an operation that stores files. */
const STORING = 'read-snap-file';

let stand: ArtifactsStand;

beforeAll(async () => {
  stand = new ArtifactsStand(await createTestDatabase());
});

afterAll(() => stand.close());

const upload = (content: string, more: { name?: string; sha256?: string } = {}): Promise<ArtifactView> =>
  stand.api.upload(ADA, { name: 'app_1.snap', content: pieces(content), mostBytes: MOST, ...more });

describe('an upload', () => {
  it('is kept under its digest, and audited', async () => {
    const bytes = Buffer.from('the bytes of a snap');
    const kept = await stand.api.upload(ADA, {
      name: 'a.snap',
      content: pieces('the bytes', ' of a snap'),
      mostBytes: MOST,
    });
    expect(kept).toEqual({
      sha256: sha256Of(bytes),
      size: bytes.length,
      name: 'a.snap',
      createdBy: 'ada',
      createdAt: expect.any(Date),
      ...{ deviceId: null, commandId: null, expiresAt: null, sensitive: false },
    });
    expect(readFileSync(stand.pathOf(kept.sha256))).toEqual(bytes);
    const entry = await stand.owner.prisma.auditEntry.findFirst({ where: { subjectId: kept.sha256 } });
    expect(entry).toMatchObject({ action: 'artifact.upload', details: { name: 'a.snap', size: bytes.length } });
  });

  it('is the same artifact when it comes again, also twice at once', async () => {
    const first = await upload('again', { name: 'first' });
    const others = await Promise.all([1, 2, 3].map((n) => upload('again', { name: `later ${n}` })));
    expect(others).toEqual([first, first, first]);
  });

  it('gives an artifact its lost bytes back', async () => {
    const { sha256 } = await upload('lost');
    rmSync(stand.pathOf(sha256));
    await upload('lost');
    expect(readFileSync(stand.pathOf(sha256), 'utf8')).toBe('lost');
  });

  it.each([
    ['larger than allowed', () => upload('x'.repeat(MOST + 1)), { code: 'artifact-too-large' }],
    [
      'of another digest than said',
      () => upload('y', { sha256: sha256Of(Buffer.from('z')) }),
      { code: 'invalid-request' },
    ],
    ['cut', () => stand.api.upload(ADA, { name: 'a', content: cut(), mostBytes: MOST }), { code: 'upload-cut' }],
  ])('leaves nothing when it is %s', async (_, act, error) => {
    const before = stand.lying();
    const rows = await stand.owner.prisma.artifact.count();
    await expect(act()).rejects.toMatchObject(error);
    expect(stand.lying()).toEqual(before);
    expect(await stand.owner.prisma.artifact.count()).toBe(rows);
  });

  async function* cut(): AsyncGenerator<Uint8Array> {
    yield* pieces('half');
    throw new Error('aborted');
  }
});

describe('the list', () => {
  it('goes on from page to page, newest first', async () => {
    for (const n of [1, 2, 3]) await upload(`page ${n}`, { name: `page-${n}` });
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await stand.api.list({ limit: 2, ...(cursor && { cursor }) });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next;
    } while (cursor);
    expect(names).toHaveLength(await stand.owner.prisma.artifact.count());
    expect(names.filter((name) => name.startsWith('page-'))).toEqual(['page-3', 'page-2', 'page-1']);
  });
});

describe('what an operation needs', () => {
  it('is refused by field when it is not kept, has another size, or has lost its bytes', async () => {
    const [kept, lost] = [await upload('kept'), await upload('lost as well')];
    truncateSync(stand.pathOf(lost.sha256), 1);
    const references = {
      file: { sha256: kept.sha256, size: 1, name: 'a' },
      others: [
        { sha256: lost.sha256, size: lost.size, name: 'b' },
        { sha256: sha256Of(Buffer.from('never')), size: 1, name: 'c' },
      ],
    };
    await expect(
      stand.api.requireKept(OPERATOR, [references.file, ...references.others], references),
    ).rejects.toMatchObject({
      code: 'invalid-request',
      problems: [
        { field: 'parameters.file', message: 'has 4 bytes, not 1' },
        { field: 'parameters.others.0', message: 'has lost its bytes, upload it again' },
        { field: 'parameters.others.1', message: 'is not kept by the server, POST /v1/artifacts uploads it' },
      ],
    });
    await stand.api.requireKept(OPERATOR, [{ ...kept }], {});
  });
});

describe('a removal', () => {
  it('takes row and bytes away, and is audited', async () => {
    const { sha256 } = await upload('to be removed');
    await stand.api.remove(ADA, sha256, 'old');
    await expect(stand.api.get(sha256)).rejects.toMatchObject({ code: 'not-found' });
    expect(stand.lying()).not.toContain(sha256);
    const entry = await stand.owner.prisma.auditEntry.findFirst({ where: { action: 'artifact.remove' } });
    expect(entry).toMatchObject({ subjectId: sha256, remark: 'old' });
  });

  it('is refused while an open command or a rollout that has not ended needs the file', async () => {
    const device = await stand.anEnrolment();
    const [a, b, c] = [
      await upload('for a command'),
      await upload('for a rollout'),
      await upload('for what has ended'),
    ];
    const id = await stand.aCommand(device, { artifacts: [a.sha256] });
    const name = await stand.aRollout('paused', [b.sha256]);
    await stand.aCommand(device, { artifacts: [c.sha256], finishedAt: new Date() });
    await stand.aRollout('stopped', [c.sha256], true);
    const conflict = (needer: string) => ({ code: 'conflict', message: expect.stringContaining(`${needer} needs it`) });
    await expect(stand.api.remove(ADA, a.sha256)).rejects.toMatchObject(conflict(`command "${id}"`));
    await expect(stand.api.remove(ADA, b.sha256)).rejects.toMatchObject(conflict(`rollout "${name}"`));
    await stand.api.remove(ADA, c.sha256);
  });
});

describe('a device', () => {
  it('may fetch what its own open command names, and nothing else', async () => {
    const [device, stranger] = [await stand.anEnrolment(), await stand.anEnrolment()];
    const { sha256, size, name } = await upload('for one device');
    const other = await upload('for nobody');
    await stand.aCommand(device, { artifacts: [sha256] });
    await stand.aCommand(stranger, { artifacts: [sha256], finishedAt: new Date() });
    const artifact = { sha256, sizeBytes: size, name };
    expect(await stand.gateway.fetchable(device.enrolmentId, sha256)).toEqual({ kind: 'kept', artifact });
    expect(await stand.gateway.fetchable(stranger.enrolmentId, sha256)).toEqual({ kind: 'not-needed' });
    expect(await stand.gateway.fetchable(device.enrolmentId, other.sha256)).toEqual({ kind: 'not-needed' });
    await stand.owner.prisma.artifact.delete({ where: { sha256 } });
    expect(await stand.gateway.fetchable(device.enrolmentId, sha256)).toEqual({ kind: 'gone' });
  });

  it('stores a file for its open command, which expires', async () => {
    const device = await stand.anEnrolment();
    const commandId = await stand.aCommand(device, { operation: STORING });
    const file = { enrolmentId: device.enrolmentId, commandId, name: 'set-3.zip' };
    const reference = await stand.gateway.store(file, pieces('exported'), BOUNDS);
    expect(reference).toEqual({ sha256: sha256Of(Buffer.from('exported')), size: 8, name: 'set-3.zip' });
    const kept = await stand.api.get(reference?.sha256 ?? '');
    expect(kept).toMatchObject({ deviceId: device.deviceId, commandId, createdBy: device.deviceId });
    const days = ((kept.expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });

  it('stores what is sensitive for role admin alone', async () => {
    const device = await stand.anEnrolment();
    const commandId = await stand.aCommand(device, { operation: 'read-snapshot-export' });
    const file = { enrolmentId: device.enrolmentId, commandId, name: 'set-3.zip' };
    const { sha256 } = (await stand.gateway.store(file, pieces('with users’ data'), BOUNDS))!;
    expect(await stand.api.get(sha256)).toMatchObject({ sensitive: true });
    await expect(stand.api.content(OPERATOR, sha256, {})).rejects.toMatchObject({
      code: 'refused',
    });
    const answer = await stand.api.content({ actor: ADA, mayReadSensitive: true }, sha256, {});
    answer.body?.destroy();
    expect(answer.status).toBe(200);
  });

  it.each([
    ['read-snapshot-export', true],
    [STORING, false],
  ])('knows of a file of %s whether it is sensitive when the read is long gone', async (operation, sensitive) => {
    const device = await stand.anEnrolment();
    const commandId = await stand.aCommand(device, { operation });
    const file = { enrolmentId: device.enrolmentId, commandId, name: 'a' };
    const { sha256 } = (await stand.gateway.store(file, pieces(commandId), BOUNDS))!;
    await stand.owner.prisma.command.delete({ where: { id: commandId } });
    expect(await stand.api.get(sha256)).toMatchObject({ sensitive });
  });

  it.each([
    ['of another device', STORING, 'other', 'active', {}],
    ['that has ended', STORING, 'own', 'active', { finishedAt: new Date() }],
    ['that stores no files', 'refresh', 'own', 'active', {}],
    ['of an enrolment that was revoked', STORING, 'own', 'revoked', {}],
  ])('stores nothing for a command %s', async (_, operation, whose, status, more) => {
    const [device, other] = [await stand.anEnrolment(), await stand.anEnrolment()];
    const commandId = await stand.aCommand(whose === 'own' ? device : other, { operation, ...more });
    await stand.owner.prisma.enrolment.updateMany({ where: { id: device.enrolmentId }, data: { status } });
    const file = { enrolmentId: device.enrolmentId, commandId, name: 'a' };
    const before = stand.lying();
    expect(await stand.gateway.mayStore(file)).toBe(false);
    expect(await stand.gateway.store(file, pieces(commandId), BOUNDS)).toBeUndefined();
    expect(stand.lying()).toEqual(before);
  });

  it('stores a bounded number of files for one command', async () => {
    const device = await stand.anEnrolment();
    const commandId = await stand.aCommand(device, { operation: STORING });
    const file = { enrolmentId: device.enrolmentId, commandId, name: 'a' };
    for (let n = 0; n < 8; n += 1)
      expect(await stand.gateway.store(file, pieces(`${commandId}${n}`), BOUNDS)).toBeDefined();
    expect(await stand.gateway.mayStore(file)).toBe(false);
  });

  it('does not shorten the life of a file that a person uploaded, and a person lengthens that of a device', async () => {
    const device = await stand.anEnrolment();
    const commandId = await stand.aCommand(device, { operation: STORING });
    const file = { enrolmentId: device.enrolmentId, commandId, name: 'a' };
    const { sha256 } = await upload('known already');
    await stand.gateway.store(file, pieces('known already'), BOUNDS);
    expect(await stand.api.get(sha256)).toMatchObject({ expiresAt: null, createdBy: 'ada' });
    const reference = await stand.gateway.store(file, pieces('first from a device'), BOUNDS);
    await upload('first from a device');
    expect(await stand.api.get(reference?.sha256 ?? '')).toMatchObject({ expiresAt: null, commandId });
  });
});

it('opens no file whose reading cannot be audited', async () => {
  const { sha256 } = await upload('audited');
  await stand.owner.prisma.$executeRaw`REVOKE INSERT ON audit_entries FROM corefleet_api`;
  try {
    await expect(stand.api.content(OPERATOR, sha256, {})).rejects.toThrow();
  } finally {
    await stand.owner.prisma.$executeRaw`GRANT INSERT ON audit_entries TO corefleet_api`;
  }
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return undefined; // of the listing itself
    }
  });
  expect(open).not.toContain(stand.pathOf(sha256));
});

describe('the gateway’s role', () => {
  it.each([
    [`INSERT INTO artifacts (sha256, size, name, created_by, created_at) VALUES (repeat('a', 64), 1, 'x', 'y', now())`],
    ['UPDATE artifacts SET expires_at = NULL'],
    [`UPDATE artifacts SET expires_at = '2000-01-01' WHERE expires_at IS NOT NULL`],
    [`UPDATE artifacts SET expires_at = '2000-01-01' WHERE expires_at IS NULL AND command_id IS NOT NULL`],
    [`UPDATE artifacts SET sensitive = false`],
    ['UPDATE artifacts SET size = 1'],
    ['DELETE FROM artifacts'],
  ])('may not %s', async (statement) => {
    const device = await stand.anEnrolment();
    const commandId = await stand.aCommand(device, { operation: STORING });
    const file = { enrolmentId: device.enrolmentId, commandId, name: 'a' };
    for (const text of [commandId, 'kept by a person too']) await stand.gateway.store(file, pieces(text), BOUNDS);
    await upload('kept by a person too');
    await expect(stand.connect('corefleet_gateway').pool.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the sweep', () => {
  it('removes a device’s file whose time is over, unless something needs it', async () => {
    const device = await stand.anEnrolment();
    const commandId = await stand.aCommand(device, { operation: STORING });
    const file = { enrolmentId: device.enrolmentId, commandId, name: 'a' };
    const [over, needed] = [
      await stand.gateway.store(file, pieces('over'), BOUNDS),
      await stand.gateway.store(file, pieces('over, but needed'), BOUNDS),
    ];
    await stand.aCommand(device, { artifacts: [needed?.sha256 ?? ''] });
    for (const reference of [over, needed]) await stand.letExpire(reference!);
    expect(await stand.worker.sweep()).toMatchObject({ expired: 1 });
    await expect(stand.api.get(over!.sha256)).rejects.toMatchObject({ code: 'not-found' });
    expect(stand.lying()).not.toContain(over!.sha256);
    expect(await stand.api.get(needed!.sha256)).toMatchObject({ commandId });
    expect(stand.lying()).toContain(needed!.sha256);
  });

  it('removes bytes that no row names, and leaves those that one does', async () => {
    const { sha256 } = await upload('named by its row');
    const orphan = `${sha256.slice(0, 2)}${'0'.repeat(62)}`;
    writeFileSync(stand.pathOf(orphan), 'orphan');
    expect(await stand.worker.removeOrphans(sha256.slice(0, 2))).toBe(1);
    expect(stand.lying()).toContain(sha256);
    expect(stand.lying()).not.toContain(orphan);
  });

  it('removes half a file that nobody writes any more, and leaves one that grows', async () => {
    const directory = path.join(stand.directory, 'tmp');
    mkdirSync(directory, { recursive: true });
    for (const name of ['dead', 'growing']) writeFileSync(path.join(directory, name), 'half');
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    utimesSync(path.join(directory, 'dead'), longAgo, longAgo);
    expect(await stand.worker.sweep()).toMatchObject({ temporary: 1 });
    expect(stand.lying()).toContain('growing');
    expect(stand.lying()).not.toContain('dead');
  });
});
