import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AuditSealer, CheckpointFiles } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi } from '../testing/test-api';

interface Entry {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly actor: { readonly id: string; readonly name: string; readonly source?: string };
}

let api: TestApi;
let directory: string;
let viewer: string;
let auditor: string;

beforeAll(async () => {
  const files = await createTestDatabase();
  directory = mkdtempSync(path.join(tmpdir(), 'corefleet-checkpoints-'));
  api = await TestApi.start(files, testRedis(), { COREFLEET_CHECKPOINTS_DIR: directory });
  [viewer, auditor] = [await api.session('vera', 'viewer'), await api.session('ada', 'auditor')];
  for (const name of ['one', 'two']) await api.call('POST', '/v1/tokens', { token: viewer, body: { name } });
});

afterAll(async () => {
  await api.stop();
  rmSync(directory, { recursive: true, force: true });
});

const get = (route: string, token = viewer) => api.call('GET', `/v1/audit${route}`, { token });
const entries = async (query: string): Promise<Entry[]> => (await get(query)).body['items'] as Entry[];

async function seal(): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = {
    publicKey: String(publicKey.export({ format: 'jwk' }).x),
    sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  };
  const signer = new Database({ url: api.files.url(), connections: 1, onIdleError: () => undefined });
  await new AuditSealer(signer, new CheckpointFiles(directory), key, new Clock()).round();
  await signer.close();
}

describe('the list of the audit', () => {
  it('is of an actor, an action and a time, and says from where it was done', async () => {
    const all = await entries('?limit=500');
    const tokens = await entries('?action=token.create');
    expect(tokens.map(({ actor }) => actor)).toEqual([
      expect.objectContaining({ name: 'vera', source: '127.0.0.1' }),
      expect.objectContaining({ name: 'vera', source: '127.0.0.1' }),
    ]);
    const [newer, older] = tokens as [Entry, Entry];
    expect(await entries(`?actorId=${newer.actor.id}`)).toEqual(all.filter(({ actor }) => actor.id === newer.actor.id));
    expect(await entries(`?action=token.create&since=${newer.at}`)).toEqual([newer]);
    expect(await entries(`?action=token.create&until=${newer.at}`)).toEqual([older]);
    expect(await entries('?until=2020-01-01T00:00:00Z')).toEqual([]);
  });

  it.each(['since=yesterday', 'until=2026-02-31T00:00:00Z', 'actorId=%00', 'actor=ada'])(
    'refuses %s',
    async (query) => {
      expect(await get(`?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    },
  );
});

describe('the sealed audit', () => {
  it('says what waits for its seal', async () => {
    expect((await get('/status')).body).toMatchObject({ sealed: 0, waiting: 6, sealer: null });
    expect((await get('/verify', auditor)).body).toMatchObject({ outcome: 'unproven', entries: 0, knownTo: 0 });
    await seal();
    expect((await get('/status')).body).toMatchObject({
      sealed: 6,
      waiting: 0,
      lagSeconds: 0,
      sealer: { state: 'sealing' },
    });
  });

  it('is exported as lines, whole or in part, up to a position', async () => {
    const lines = async (query: string) => {
      const { text, headers } = await get(`/export${query}`, auditor);
      expect(headers.get('content-type')).toContain('application/x-ndjson');
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { position: number; entry: Entry });
    };
    const all = await lines('');
    expect(all.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await lines('?to=2')).map(({ position }) => position)).toEqual([1, 2]);
    expect((await lines('?action=token.create')).map(({ entry }) => entry.action)).toEqual([
      'token.create',
      'token.create',
    ]);
    expect(await lines('?until=2020-01-01T00:00:00Z')).toEqual([]);
  });

  it('is verified against the checkpoints of the server', async () => {
    const { body } = await get('/verify', auditor);
    expect(body).toMatchObject({ outcome: 'proven', entries: 6, proven: 6, knownTo: 6, findings: [], passedOver: [] });
  });

  it.each(['/export', '/verify'])('is for auditors: %s', async (route) => {
    expect(await get(route)).toMatchObject({ status: 403, body: { code: 'refused' } });
  });

  it('shows an entry that was written past the sealer', async () => {
    const owner = new Database({ url: api.files.url(), connections: 1, onIdleError: () => undefined });
    await owner.pool.query(
      `INSERT INTO audit_entries (xact, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, outcome, details)
       VALUES ('4', 'person', 'u', 'eve', 'x.invented', 'x', 'x', 'done', '{}')`,
    );
    await owner.close();
    const { body } = await get('/verify', auditor);
    expect(body).toMatchObject({ outcome: 'contradicted', passedOver: [expect.stringMatching(/^\d+$/)] });
  });
});
