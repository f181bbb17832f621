import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mintBrand, trustIn, type Trust } from '@corefleet/assertions';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import type { InvalidRequestError } from '@corefleet/platform/errors';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { AssertionImport, ValidationSetsReadModel, ValidationSetsService } from './index';
import { readTrust } from './trusted-assertions';

const ANN: Actor = { kind: 'person', id: 'u1', name: 'ann' };
const acme = mintBrand('acme');
const upload = { kind: 'upload' } as const;
const core22 = (revision: number) => ({ name: 'core22', id: 'a'.repeat(32), revision: String(revision) });

let store: TestDatabase;
let api: Database;
const databases: Database[] = [];

const connect = (role?: TestRole): Database => {
  const database = new Database({ url: store.url(role), connections: 4, onIdleError: () => undefined });
  databases.push(database);
  return database;
};

class At extends Clock {
  constructor(private readonly time: string) {
    super();
  }

  override now(): Date {
    return new Date(this.time);
  }
}

beforeAll(async () => {
  store = await createTestDatabase();
  api = connect('corefleet_api');
});

beforeEach(async () => {
  const owner = connect();
  await owner.pool.query('TRUNCATE assertions, validation_sets');
});

afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await store.drop();
});

const trusted = trustIn(`${acme.root.account}\n${acme.root.accountKey}`);

const importer = (trust: Trust = trusted, time = '2026-01-01T00:00:00Z') =>
  new AssertionImport(api, new AuditService(api), new At(time), trust);
const outcomes = async (stream: string, using = importer()) =>
  (await using.import(ANN, stream, upload)).map(({ type, outcome }) => `${type} ${outcome}`);

async function problems(stream: string, using = importer()): Promise<{ field: string; message: string }[]> {
  const error = await using.import(ANN, stream, upload).then(
    () => undefined,
    (refused: InvalidRequestError) => refused,
  );
  return [...(error?.problems ?? [])];
}

const kept = async () =>
  (await api.prisma.assertion.findMany({ orderBy: { primaryKey: 'asc' } })).map(({ type }) => type);
const base = (sequence: number, revision = 0, snap = core22(sequence)) =>
  acme.validationSet({ name: 'base', sequence, revision, snaps: [snap] });

describe('importing assertions', () => {
  it('keeps a set with what vouches for it, byte for byte, in whatever order it comes', async () => {
    expect(await outcomes(`${base(3)}\n${acme.accountKey}\n${acme.account}`)).toEqual([
      'account imported',
      'account-key imported',
      'validation-set imported',
    ]);
    const reads = new ValidationSetsReadModel(api);
    const key = { accountId: 'acme', name: 'base', sequence: 3 };
    expect(await reads.assertion(key)).toBe(base(3));
    const { snaps } = await reads.get(key);
    expect(snaps).toEqual([{ name: 'core22', id: 'a'.repeat(32), presence: 'required', revision: '3' }]);
  });

  it('needs a chain once, and changes nothing the second time', async () => {
    await outcomes(`${acme.chain}\n${base(1)}`);
    expect(await outcomes(base(2))).toEqual(['validation-set imported']);
    const before = await api.prisma.assertion.findMany();
    expect(await outcomes(`${acme.chain}\n${base(2)}`)).toEqual([
      'account unchanged',
      'account-key unchanged',
      'validation-set unchanged',
    ]);
    expect(await api.prisma.assertion.findMany()).toEqual(before);
  });

  it('lets a newer revision take the place of an older one, and never the other way round', async () => {
    await outcomes(`${acme.chain}\n${base(1, 1)}`);
    expect(await outcomes(base(1, 3, core22(7)))).toEqual(['validation-set replaced']);
    expect(await outcomes(base(1, 2, core22(8)))).toEqual(['validation-set older']);
    const row = await new ValidationSetsReadModel(api).get({ accountId: 'acme', name: 'base', sequence: 1 });
    expect(row).toMatchObject({ revision: 3, snaps: [{ revision: '7' }] });
    expect(await problems(base(1, 3, core22(9)))).toEqual([
      {
        field: 'validation-set (1; series:16 account-id:acme name:base)',
        message: 'another text of its revision 3 is kept already',
      },
    ]);
  });

  it('ends with the newest when two import at once', async () => {
    await outcomes(acme.chain);
    const revisions = [1, 5, 2, 4, 3];
    await Promise.all(revisions.map((revision) => outcomes(base(1, revision, core22(revision)))));
    const row = await new ValidationSetsReadModel(api).get({ accountId: 'acme', name: 'base', sequence: 1 });
    expect(row).toMatchObject({ revision: 5, snaps: [{ revision: '5' }] });
  });

  it('tells the audit of what it keeps, and of nothing else', async () => {
    const since = await new AuditService(api).list({ limit: 1 });
    await outcomes(`${acme.chain}\n${base(1)}`);
    await outcomes(base(1));
    const { items } = await new AuditService(api).list({ limit: 10 });
    const after = items.filter(({ id }) => BigInt(id) > BigInt(since.items[0]?.id ?? 0));
    expect(after.map(({ action, subject }) => `${action} ${subject.id}`)).toEqual([
      'validation-set.import acme/base=1',
      `account-key.import ${acme.keyId}`,
      'account.import acme',
    ]);
    expect(after[0]?.details).toMatchObject({ outcome: 'imported', kind: 'upload', revision: 0 });
  });
});

describe('an import is refused whole', () => {
  const stranger = mintBrand('stranger');
  const spoilt = base(1).replace('core22', 'core24');
  const setRef = 'validation-set (1; series:16 account-id:acme name:base)';

  it.each<[string, () => string, string, RegExp]>([
    ['without a chain', () => base(1), setRef, /^is not verified, its signer is not known: no matching public key/],
    [
      'from somebody nobody trusts',
      () => stranger.chain,
      'account (stranger)',
      /^is not verified, its signer is not known/,
    ],
    [
      'with a set that was tampered with',
      () => `${acme.chain}\n${spoilt}`,
      setRef,
      /^is not verified, its signature is bad: failed/,
    ],
    [
      'with a type that is not kept',
      () => `${acme.chain}\n${aModel()}`,
      'model (box; series:16 brand-id:acme)',
      /^is of type model: only/,
    ],
    [
      'with two texts of one thing',
      () => `${acme.chain}\n${base(1)}\n${base(1, 0, core22(9))}`,
      setRef,
      /^is in the stream twice/,
    ],
    [
      'with a sequence that is too large',
      () => `${acme.chain}\n${base(3_000_000_000)}`,
      setRef.replace('(1', '(3000000000'),
      /^has sequence 3000000000, and 2147483647/,
    ],
    ['that holds none', () => '\n', 'body', /^holds no assertion/],
    [
      'that is something else',
      () => 'hello\n\nworld',
      'assertion 1 of the stream',
      /^cannot be read: header entry missing ':' separator/,
    ],
  ])('%s, naming which and why', async (_, stream, field, message) => {
    const found = await problems(stream());
    expect(found[0]).toEqual({ field, message: expect.stringMatching(message) as string });
    expect(await kept()).toEqual([]);
  });

  const aModel = () =>
    acme.sign({
      type: 'model',
      headers: {
        ...{ series: '16', 'brand-id': 'acme', model: 'box', architecture: 'amd64', gadget: 'pc', kernel: 'pc-kernel' },
        timestamp: '2024-01-01T00:00:00Z',
      },
    });

  it('when its key is no longer valid, or no longer trusted', async () => {
    await outcomes(acme.chain);
    const other = trustIn(`${stranger.root.account}\n${stranger.root.accountKey}`);
    const [untrusted] = await problems(base(1), importer(other));
    expect(untrusted?.message).toMatch(
      /^is not verified, its signer is not known: its key, account-key .* is not verified/,
    );
    const [early] = await problems(base(1), importer(trusted, '2020-01-01T00:00:00Z'));
    expect(early?.message).toMatch(/not valid|not verified/);
  });
});

describe('whom to trust beside Canonical', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'corefleet-trust-'));
  const file = path.join(folder, 'trusted.assertions');

  afterAll(() => rmSync(folder, { recursive: true }));

  it('stands in a file', async () => {
    writeFileSync(file, `${acme.root.account}\n${acme.root.accountKey}`);
    expect(await outcomes(acme.chain, importer(await readTrust({ trustedAssertions: file })))).toHaveLength(2);
    expect((await readTrust({})).isTrustedAccount('acme-root')).toBe(false);
  });

  it.each([
    ['is not there', undefined, 'ENOENT'],
    ['holds other things', 'hello', 'cannot read assertion 1 of the stream: unexpected EOF'],
    ['holds a set', base(1), 'only accounts and account-keys can be trusted as given'],
  ])('is refused at the start when the file %s', async (_, text, why) => {
    const of = path.join(folder, 'other');
    if (text !== undefined) writeFileSync(of, text);
    await expect(readTrust({ trustedAssertions: of })).rejects.toThrow(`cannot trust what is in ${of}: `);
    await expect(readTrust({ trustedAssertions: of })).rejects.toThrow(why);
  });
});

describe('a sequence that is bad', () => {
  const key = { accountId: 'acme', name: 'base', sequence: 1 };
  const service = () => new ValidationSetsService(api, new AuditService(api), new At('2026-01-02T00:00:00Z'));

  it('is marked with a reason, stays so through a newer revision, and is lifted', async () => {
    await outcomes(`${acme.chain}\n${base(1)}`);
    await service().markBad(ANN, key, 'bricks the pi');
    await outcomes(base(1, 1));
    const reads = new ValidationSetsReadModel(api);
    const mark = { at: new Date('2026-01-02T00:00:00Z'), by: 'ann', reason: 'bricks the pi' };
    expect(await reads.get(key)).toMatchObject({ revision: 1, bad: mark });
    expect((await reads.list({ limit: 5 })).items).toEqual([
      { accountId: 'acme', name: 'base', sequence: 1, usable: null, sequences: 1, bad: 1 },
    ]);
    await expect(service().markBad(ANN, key, 'again')).rejects.toThrow(
      'cannot change validation set acme/base=1: it is marked bad already, by ann: bricks the pi',
    );
    await service().liftBad(ANN, key, 'was the cable');
    expect(await reads.get(key)).toMatchObject({ bad: null });
    await expect(service().liftBad(ANN, key, 'again')).rejects.toThrow('it is not marked bad');
    const [lifted, , marked] = (await new AuditService(api).list({ limit: 3, subjectId: 'acme/base=1' })).items;
    expect([marked, lifted]).toMatchObject([
      { action: 'validation-set.mark-bad', remark: 'bricks the pi' },
      { action: 'validation-set.lift-bad', remark: 'was the cable', details: { before: { reason: 'bricks the pi' } } },
    ]);
  });

  it('cannot be marked by the worker or the gateway', async () => {
    for (const role of ['corefleet_worker', 'corefleet_signer', 'corefleet_gateway'] as const) {
      const database = connect(role);
      await expect(database.pool.query(`UPDATE validation_sets SET bad_by = 'x'`)).rejects.toThrow(/permission denied/);
    }
    const seen = await connect('corefleet_signer').pool.query('SELECT bad_at FROM validation_sets');
    expect(seen.rows).toEqual([]);
  });
});
