import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { Client } from 'pg';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi, type Answer } from '../testing/test-api';

const MIB = 1024 * 1024;
const NONE = 'a'.repeat(64);

let api: TestApi;
let sql: Client;
let operator: string;
let viewer: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  sql = new Client({ connectionString: api.files.url() });
  await sql.connect();
  [operator, viewer] = [await api.session('omar', 'operator'), await api.session('vera', 'viewer')];
});

afterAll(async () => {
  await sql.end();
  await api.stop();
});

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const temporary = (): string[] => readdirSync(path.join(api.artifacts, 'tmp'));

async function upload(bytes: Buffer, query = 'name=app_1.snap', token = operator, type = 'application/octet-stream') {
  const answer = await fetch(`${api.running.url}/v1/artifacts?${query}`, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { 'content-type': type, authorization: `Bearer ${token}` },
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

async function aDevice(): Promise<string> {
  const [deviceId, enrolmentId] = [randomUUID(), randomUUID()];
  await sql.query(
    `INSERT INTO devices (id, brand_id, model, serial, labels, enrolment_id) VALUES ($1, 'acme', 'pc', $2, '{}', $3)`,
    [deviceId, deviceId, enrolmentId],
  );
  await sql.query(
    `INSERT INTO enrolments (id, device_id, public_key, status, token_id) VALUES ($1, $2, $3, 'active', $1)`,
    [enrolmentId, deviceId, enrolmentId],
  );
  return deviceId;
}

describe('a file', () => {
  it('is uploaded once, shown, listed and read back, whole or in part', async () => {
    const bytes = randomBytes(3 * MIB);
    const sha256 = sha256Of(bytes);
    const kept = { sha256, size: bytes.length, name: 'app_1.snap', createdBy: 'omar', expiresAt: null };
    expect(await upload(bytes, `name=app_1.snap&sha256=${sha256}`)).toMatchObject({ status: 201, body: kept });
    expect(await upload(bytes, 'name=other.snap')).toMatchObject({ status: 201, body: kept });
    expect((await api.call('GET', `/v1/artifacts/${sha256}`, { token: viewer })).body).toMatchObject(kept);
    const { items } = (await api.call('GET', '/v1/artifacts?limit=1', { token: viewer })).body as { items: unknown[] };
    expect(items).toMatchObject([kept]);
    const whole = await content(sha256);
    expect(whole.headers.get('content-length')).toBe(String(bytes.length));
    expect(whole.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''app_1.snap`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    const part = await content(sha256, { range: `bytes=${MIB}-` });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(MIB))).toBe(true);
    expect((await content(sha256, { range: `bytes=${3 * MIB}-` })).status).toBe(416);
  });

  const content = (sha256: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${api.running.url}/v1/artifacts/${sha256}/content`, {
      headers: { authorization: `Bearer ${operator}`, ...headers },
    });

  it('is listed from page to page', async () => {
    for (const n of [1, 2, 3]) await upload(Buffer.from(`page ${n}`), `name=page-${n}`);
    const first = (await api.call('GET', '/v1/artifacts?limit=2', { token: viewer })).body;
    const next = (await api.call('GET', `/v1/artifacts?limit=2&cursor=${String(first['next'])}`, { token: viewer }))
      .body;
    const names = [first, next].flatMap(({ items }) => (items as { name: string }[]).map(({ name }) => name));
    expect(names.slice(0, 3)).toEqual(['page-3', 'page-2', 'page-1']);
  });

  it('is removed by who may, and audited with its reading', async () => {
    const { body } = await upload(Buffer.from('to go'));
    const at = `/v1/artifacts/${String(body['sha256'])}`;
    await (await content(String(body['sha256']))).text();
    expect((await api.call('DELETE', at, { token: viewer })).status).toBe(403);
    expect((await api.call('DELETE', at, { token: operator, body: { remark: 'old' } })).status).toBe(204);
    expect((await api.call('GET', at, { token: viewer })).status).toBe(404);
    const { rows } = await sql.query(
      'SELECT action, actor_name, remark FROM audit_entries WHERE subject_id = $1 ORDER BY id',
      [body['sha256']],
    );
    expect(rows).toEqual([
      { action: 'artifact.upload', actor_name: 'omar', remark: null },
      { action: 'artifact.read', actor_name: 'omar', remark: null },
      { action: 'artifact.remove', actor_name: 'omar', remark: 'old' },
    ]);
  });
});

describe('bad input', () => {
  const small = Buffer.from('small');

  it.each([
    ['without a name', '', 400, 'invalid-request', 'name'],
    ['with a name that is a path', 'name=..%2Fapp', 400, 'invalid-request', 'name'],
    ['with a name that is empty', 'name=', 400, 'invalid-request', 'name'],
    ['with NUL in its name', 'name=a%00', 400, 'invalid-request', 'name'],
    ['with a digest that is none', 'name=a&sha256=xyz', 400, 'invalid-request', 'sha256'],
    ['with the digest of another', `name=a&sha256=${NONE}`, 400, 'invalid-request', 'sha256'],
    ['with an unknown member', 'name=a&size=5', 400, 'invalid-request', 'size'],
  ])('an upload %s is refused', async (_, query, status, code, field) => {
    const answer = await upload(small, query);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(answer.body)).toContain(field);
    expect(temporary()).toEqual([]);
  });

  it('an upload that is no file, or from somebody who may not, is refused unread', async () => {
    expect(await upload(small, 'name=a', operator, 'application/json')).toMatchObject({ status: 400 });
    expect(await upload(Buffer.from('{}'), 'name=a', operator, 'application/json')).toMatchObject({ status: 415 });
    expect(await upload(small, 'name=a', operator, 'text/plain')).toMatchObject({ status: 415 });
    expect(await upload(small, 'name=a', viewer)).toMatchObject({ status: 403 });
    expect(await upload(small, 'name=a', 'nobody')).toMatchObject({ status: 401 });
    const answer = await api.call('POST', '/v1/commands', {
      token: operator,
      body: 'x',
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
  });

  it.each([
    ['announced', true],
    ['not announced', false],
  ])('a file that is too large, %s, is refused while it is sent', async (_, announced) => {
    const answer = await send(9 * MIB, announced);
    expect(answer).toMatchObject({ status: 413, body: { code: 'artifact-too-large' } });
    expect(temporary()).toEqual([]);
  });

  it('nothing stays of an upload that is cut', async () => {
    const request = uploading({});
    request.on('error', () => undefined);
    request.write(randomBytes(MIB));
    await eventually(() => temporary().length === 1, { what: 'the file to be on its way' });
    request.destroy();
    await eventually(() => temporary().length === 0, { what: 'the half file to be removed' });
  });

  const uploading = (headers: Record<string, string>) =>
    httpRequest(`${api.running.url}/v1/artifacts?name=a`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${operator}`, ...headers },
    });

  /** Sends so many bytes for as long as nobody answers. */
  function send(bytes: number, announced: boolean): Promise<{ status: number; body: object }> {
    return new Promise((resolve, reject) => {
      const request = uploading(announced ? { 'content-length': String(bytes) } : {});
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.on('data', (piece) => (text += String(piece)));
        response.on('end', () => {
          request.destroy();
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as object });
        });
      });
      for (let sent = 0; sent < bytes; sent += MIB) request.write(Buffer.alloc(MIB));
      request.end();
    });
  }
});

describe('an operation that needs a file', () => {
  const sideload = (file: object) => ({ operation: 'sideload', parameters: { files: [file] } });
  let deviceId: string;
  let file: { sha256: string; size: number; name: string };

  beforeAll(async () => {
    deviceId = await aDevice();
    const { body } = await upload(Buffer.from(`needed ${randomUUID()}`));
    file = { sha256: String(body['sha256']), size: Number(body['size']), name: 'app_1.snap' };
  });

  it.each([
    ['is not kept', { sha256: NONE }, 'is not kept by the server'],
    ['has another size', { size: 7 }, 'bytes, not 7'],
  ])('is refused, naming the field, when the file %s', async (_, wrong, message) => {
    const asked = sideload({ ...file, ...wrong });
    const orders: [string, object][] = [
      ['/v1/commands', { deviceIds: [deviceId], ...asked }],
      ['/v1/rollouts', { name: 'x', waves: [{ percent: 100 }], does: { steps: [asked] } }],
    ];
    for (const [route, body] of orders)
      expect(await api.call('POST', route, { token: operator, body })).toMatchObject({
        status: 400,
        body: {
          problems: [
            {
              field: expect.stringMatching(/^(does\.steps\.0\.)?parameters\.files\.0$/),
              message: expect.stringContaining(message),
            },
          ],
        },
      });
  });

  it('is refused for a file that its person may not read', async () => {
    const { body } = await upload(Buffer.from(`sensitive ${randomUUID()}`));
    await sql.query('UPDATE artifacts SET sensitive = true WHERE sha256 = $1', [body['sha256']]);
    const asked = sideload({ sha256: body['sha256'], size: body['size'], name: 'set-1.zip' });
    const orders: [string, object, number][] = [
      ['/v1/commands', { deviceIds: [deviceId], ...asked }, 202],
      ['/v1/rollouts', { name: 'sensitive', waves: [{ percent: 100 }], does: { steps: [asked] } }, 201],
    ];
    const admin = await api.session('root', 'admin');
    const read = await api.call('GET', `/v1/artifacts/${String(body['sha256'])}/content`, { token: operator });
    expect(read).toMatchObject({ status: 403, body: { code: 'refused' } });
    const audited = await api.call('GET', '/v1/audit?limit=1&action=request.refuse', { token: admin });
    expect(audited.body).toMatchObject({
      items: [{ actor: { name: 'omar' }, details: { detail: read.body['detail'] } }],
    });
    for (const [route, order, status] of orders) {
      const refused = await api.call('POST', route, { token: operator, body: order });
      expect(refused).toMatchObject({ status: 403, body: { code: 'refused' } });
      expect((await api.call('POST', route, { token: admin, body: order })).status).toBe(status);
    }
  });

  it('keeps the file from being removed until its command, or its rollout, has ended', async () => {
    const remove = () => api.call('DELETE', `/v1/artifacts/${file.sha256}`, { token: operator });
    const issued = await api.call('POST', '/v1/commands', {
      token: operator,
      body: { deviceIds: [deviceId], ...sideload(file) },
    });
    const [command] = issued.body['commands'] as { id: string }[];
    expect(await remove()).toMatchObject({ status: 409, body: { detail: expect.stringContaining(command?.id ?? '') } });
    await api.call('POST', `/v1/commands/${command?.id}/cancel`, { token: operator });
    const rollout = await api.call('POST', '/v1/rollouts', {
      token: operator,
      body: { name: 'side', waves: [{ percent: 100 }], does: { steps: [sideload(file)] } },
    });
    expect(await remove()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('rollout "side"') } });
    await api.call('POST', `/v1/rollouts/${String(rollout.body['id'])}/stop`, { token: operator });
    expect(await remove()).toMatchObject({ status: 204 });
  });
});
