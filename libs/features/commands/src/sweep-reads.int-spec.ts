import { randomUUID } from 'node:crypto';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { forgetSensitiveAnswers, pruneReads } from './sweep-reads';
import { takeAnswer } from './take-answer';

const MINUTE_MS = 60_000;

let files: TestDatabase;
let owner: Database;
let worker: Database;
let api: Database;

const connect = (url: string): Database => new Database({ url, connections: 2, onIdleError: () => undefined });

beforeAll(async () => {
  files = await createTestDatabase();
  [owner, worker, api] = [
    connect(files.url()),
    connect(files.url('corefleet_worker')),
    connect(files.url('corefleet_api')),
  ];
});

afterAll(async () => {
  await Promise.all([owner, worker, api].map((database) => database.close()));
  await files.drop();
});

async function aCommand(operation: string, over: { endedMsAgo?: number; rolloutId?: string } = {}): Promise<string> {
  const { endedMsAgo, rolloutId = null } = over;
  const id = randomUUID();
  const finishedAt = endedMsAgo === undefined ? null : new Date(Date.now() - endedMsAgo);
  await owner.prisma.command.create({
    data: {
      ...{ id, operation, rolloutId, finishedAt, parameters: {}, requestedBy: 'ann', deadlineSeconds: 60 },
      ...{ deviceId: randomUUID(), enrolmentId: randomUUID(), auditId: 1n, validUntil: new Date() },
      ...{ status: finishedAt ? 'succeeded' : 'signed', result: { secret: 'x' }, changeIds: [] },
    },
  });
  return id;
}

const resultOf = async (id: string) => (await owner.prisma.command.findUnique({ where: { id } }))?.result;
const remains = async (id: string) => (await resultOf(id)) !== undefined;

describe('the answer of a sensitive read', () => {
  it('is handed out once, and left in no row', async () => {
    const command = { id: await aCommand('read-users', { endedMsAgo: 0 }), operation: 'read-users' };
    expect(await takeAnswer(api, command)).toMatchObject({ status: 'succeeded', result: { secret: 'x' } });
    expect(await resultOf(command.id)).toBeNull();
    expect(await takeAnswer(api, command)).toMatchObject({ result: null });
  });

  it('is forgotten by the sweep when nobody fetched it within a minute', async () => {
    const [fresh, old] = [
      await aCommand('read-users', { endedMsAgo: 0 }),
      await aCommand('read-users', { endedMsAgo: 61_000 }),
    ];
    const open = await aCommand('read-snaps', { endedMsAgo: 61_000 });
    expect(await forgetSensitiveAnswers(worker, new Date())).toBe(1);
    expect([await resultOf(fresh), await resultOf(old), await resultOf(open)]).toEqual([
      { secret: 'x' },
      null,
      { secret: 'x' },
    ]);
  });

  it.each([
    ['of another operation', 'refresh', { endedMsAgo: 0 }, null],
    ['before its end', 'read-users', {}, null],
    ['with another', 'read-users', { endedMsAgo: 0 }, '{"secret":"y"}'],
  ])('is not the api’s to replace %s', async (_, operation, over, result) => {
    const id = await aCommand(operation, over);
    const replacing = api.pool.query('UPDATE commands SET result = $2 WHERE id = $1', [id, result]);
    await expect(replacing).rejects.toMatchObject({ code: '42501' });
  });

  it('is not there before the end', async () => {
    expect(await takeAnswer(api, { id: await aCommand('read-users'), operation: 'read-users' })).toBeUndefined();
  });
});

it('removes reads some time after their end, and nothing else', async () => {
  const gone = await aCommand('read-snaps', { endedMsAgo: 11 * MINUTE_MS });
  const kept = [
    await aCommand('read-snaps', { endedMsAgo: 9 * MINUTE_MS }),
    await aCommand('read-snaps'),
    await aCommand('read-snaps', { endedMsAgo: 11 * MINUTE_MS, rolloutId: randomUUID() }),
    await aCommand('refresh', { endedMsAgo: 11 * MINUTE_MS }),
  ];
  expect(await pruneReads(worker, new Date(Date.now() - 10 * MINUTE_MS))).toBe(1);
  expect(await remains(gone)).toBe(false);
  for (const id of kept) expect(await remains(id)).toBe(true);
  const remove = worker.rows('remove', 'DELETE FROM commands WHERE id = $1', [kept.at(-1)]);
  await expect(remove).rejects.toThrow('only reads that have ended are removed');
});
