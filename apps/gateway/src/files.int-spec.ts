import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { fetchFile, openRequest, proofOf, proofOver, storeFile } from './testing/device-requests';
import { GatewayStand } from './testing/gateway-stand';
import { aDeviceKey, askNonce, authorizationOf, type DeviceKey } from './testing/test-agent';

const MIB = 1024 * 1024;
let stand: GatewayStand;
let url: string;
let key: DeviceKey;

beforeAll(async () => {
  stand = await GatewayStand.open({ database: await createTestDatabase(), redis: testRedis() });
  url = stand.gateway.url;
});
beforeEach(async () => {
  key = await stand.anEnrolledDevice();
});
afterAll(() => stand.close());

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const pathOf = (sha256: string): string => path.join(stand.artifacts, sha256.slice(0, 2), sha256);

/** A file that was uploaded. @returns its digest */
async function kept(bytes: Buffer): Promise<string> {
  const sha256 = sha256Of(bytes);
  mkdirSync(path.dirname(pathOf(sha256)), { recursive: true });
  writeFileSync(pathOf(sha256), bytes);
  await stand.rows(
    `INSERT INTO artifacts (sha256, size, name, created_by, created_at) VALUES ($1, $2, 'app_1.snap', 'ann', now())`,
    sha256,
    bytes.length,
  );
  return sha256;
}

/** An open command. @returns its id */
async function aCommand(of: DeviceKey, operation: string, artifacts: string[] = []): Promise<string> {
  const id = randomUUID();
  await stand.rows(
    `INSERT INTO commands (id, device_id, enrolment_id, operation, parameters, status, audit_id, requested_by, valid_until,
       deadline_seconds, artifacts)
     SELECT $1, device_id, id, $2, '{}', 'signed', 1, 'somebody', now() + interval '1 hour', 3600, $3
     FROM enrolments WHERE id = $4`,
    id,
    operation,
    artifacts,
    of.enrolmentId,
  );
  return id;
}

const finish = (id: string): Promise<unknown> =>
  stand.rows(`UPDATE commands SET finished_at = now(), status = 'succeeded' WHERE id = $1`, id);

const temporary = (): string[] => readdirSync(path.join(stand.artifacts, 'tmp'));

describe('a file for a device', () => {
  const bytes = randomBytes(MIB);
  let sha256: string;
  let large: string | undefined;

  beforeAll(async () => {
    sha256 = await kept(bytes);
  });

  it('is served to the device whose open command names it, by any gateway', async () => {
    await aCommand(key, 'sideload', [sha256]);
    for (const at of [stand.gateway, stand.other]) {
      const answer = await fetchFile(at.url, key, sha256);
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'content-length': String(MIB),
        etag: `"${sha256}"`,
        'accept-ranges': 'bytes',
      });
      expect(answer.bytes.equals(bytes)).toBe(true);
    }
  });

  it.each([
    ['from where it was cut', { range: 'bytes=1000-' }, 206, [1000, MIB]],
    ['from where the same file was cut', { range: 'bytes=1000-', 'if-range': 'SAME' }, 206, [1000, MIB]],
    ['whole when it goes on with another file', { range: 'bytes=1000-', 'if-range': '"other"' }, 200, [0, MIB]],
    ['in the middle', { range: 'bytes=10-19' }, 206, [10, 20]],
  ])('is served %s', async (_, headers, status, [from, to]) => {
    await aCommand(key, 'sideload', [sha256]);
    const asked = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('SAME', `"${sha256}"`)]),
    );
    const answer = await fetchFile(url, key, sha256, asked);
    expect(answer.status).toBe(status);
    expect(answer.bytes.equals(bytes.subarray(from, to))).toBe(true);
    if (status === 206) expect(answer.headers['content-range']).toBe(`bytes ${from}-${(to ?? 0) - 1}/${MIB}`);
  });

  it('has nothing past its end', async () => {
    await aCommand(key, 'sideload', [sha256]);
    const answer = await fetchFile(url, key, sha256, { range: `bytes=${MIB}-` });
    expect([answer.status, answer.headers['content-range'], answer.bytes.length]).toEqual([416, `bytes */${MIB}`, 0]);
  });

  it('is not told of to a device none of whose open commands names it', async () => {
    const other = await stand.anEnrolledDevice();
    await finish(await aCommand(key, 'sideload', [sha256]));
    await aCommand(other, 'sideload', [sha256]);
    for (const digest of [sha256, sha256Of(Buffer.from('never uploaded'))])
      expect(await fetchFile(url, key, digest)).toMatchObject({ status: 403, json: { code: 'refused' } });
  });

  it('that was removed, or has lost its bytes, is said to be', async () => {
    const [removed, lost] = [await kept(Buffer.from('removed')), await kept(Buffer.from('lost'))];
    await aCommand(key, 'sideload', [removed, lost]);
    await stand.rows('DELETE FROM artifacts WHERE sha256 = $1', removed);
    rmSync(pathOf(lost));
    expect(await fetchFile(url, key, removed)).toMatchObject({ status: 404, json: { code: 'not-found' } });
    expect(await fetchFile(url, key, lost)).toMatchObject({ status: 410, json: { code: 'artifact-bytes-missing' } });
  });

  it.each(['retired', 'revoked'])('is not served when the enrolment is %s', async (status) => {
    await aCommand(key, 'sideload', [sha256]);
    await stand.rows('UPDATE enrolments SET status = $1 WHERE id = $2', status, key.enrolmentId);
    expect(await fetchFile(url, key, sha256)).toMatchObject({ status: 401 });
  });

  it('is not served for a proof that is no one’s, another’s, of another request, or used', async () => {
    await aCommand(key, 'sideload', [sha256]);
    const target = `/v1/device/artifacts/${sha256}`;
    const ask = async (authorization?: string): Promise<number> => {
      const { request, answer } = openRequest(url, 'GET', target, authorization ? { authorization } : {});
      request.end();
      return (await answer).status;
    };
    const stranger = { ...key, privateKey: aDeviceKey().privateKey };
    const used = await proofOf(url, key, 'GET', target);
    expect(await ask()).toBe(401);
    expect(await ask('Bearer abc')).toBe(401);
    expect(await ask(await proofOf(url, stranger, 'GET', target))).toBe(401);
    expect(await ask(await proofOf(url, key, 'POST', target))).toBe(401);
    expect(await ask(await proofOf(url, key, 'GET', `${target}0`))).toBe(401);
    expect(await ask(authorizationOf(key, await askNonce(url, key.enrolmentId)))).toBe(401);
    expect(await ask(proofOver('never-issued', key, 'GET', target))).toBe(503);
    expect(await ask(used)).toBe(200);
    expect(await ask(used)).toBe(503);
  });

  it.each([
    ['GET', '/v1/device/artifacts', 404],
    ['GET', '/v1/device/artifacts/xyz', 404],
    ['GET', '/v1/device/artifacts/..%2f..%2fetc%2fpasswd', 404],
    ['DELETE', `/v1/device/artifacts/${'a'.repeat(64)}`, 404],
    ['POST', '/v1/device/artifacts', 400],
    ['POST', '/v1/device/artifacts?command=x&name=a', 400],
    ['POST', '/v1/device/artifacts?command=0198c0de-0000-7000-8000-0123456789ab&name=..%2Fa', 400],
    ['POST', '/v1/device/artifacts?command=0198c0de-0000-7000-8000-0123456789ab&name=%00', 400],
  ])('answers %s %s with %i', async (method, target, status) => {
    const { request, answer } = openRequest(url, method, target, {});
    request.end();
    expect((await answer).status).toBe(status);
  });

  it('is cut on its way when the enrolment is revoked', async () => {
    const large = await kept(randomBytes(32 * MIB));
    await aCommand(key, 'sideload', [large]);
    const target = `/v1/device/artifacts/${large}`;
    const authorization = await proofOf(url, key, 'GET', target);
    const { request } = openRequest(url, 'GET', target, { authorization });
    const cut = new Promise((resolve) => {
      request.on('response', (response) => {
        response.pause(); // what a slow network does: most of the file is still at the gateway
        response.on('error', resolve);
        stand.bus.publishEvent({ topic: 'enrolment-revoked', id: key.enrolmentId, version: 1 });
        setTimeout(() => response.resume(), 200);
      });
    });
    request.on('error', () => undefined);
    request.end();
    expect(await cut).toMatchObject({ message: 'aborted' });
  });

  it('waits its turn past the bound on transfers', async () => {
    const busy = await stand.start({ COREFLEET_TRANSFERS: 1 });
    try {
      const paused = await openPaused(busy.url);
      expect(await refusedAt(busy.url)).toMatchObject({ json: { code: 'busy' }, headers: { 'retry-after': '5' } });
      paused.destroy();
      await eventually(async () => (await fetchFile(busy.url, key, sha256)).status === 200, { what: 'its turn' });
    } finally {
      await busy.close();
    }
  });

  it('waits its turn behind the other files of its own device alone', async () => {
    const other = await stand.anEnrolledDevice();
    await aCommand(other, 'sideload', [sha256]);
    const paused = [];
    for (let n = 0; n < 8; n += 1) paused.push(await openPaused(url));
    expect(await refusedAt(url)).toMatchObject({ json: { code: 'busy' } });
    expect((await fetchFile(url, other, sha256)).status).toBe(200);
    for (const request of paused) request.destroy();
    await eventually(async () => (await fetchFile(url, key, sha256)).status === 200, { what: 'its turn' });
  });

  const refusedAt = (at: string) =>
    eventually(
      async () => {
        const answer = await fetchFile(at, key, sha256);
        return answer.status === 503 && answer;
      },
      { what: 'the gateway to be busy' },
    );

  /** Begins to fetch a large file and reads none of it. @returns the request */
  async function openPaused(at: string): Promise<ReturnType<typeof openRequest>['request']> {
    large ??= await kept(randomBytes(32 * MIB));
    await aCommand(key, 'sideload', [large, sha256]);
    const target = `/v1/device/artifacts/${large}`;
    const { request } = openRequest(at, 'GET', target, { authorization: await proofOf(at, key, 'GET', target) });
    request.on('response', (response) => response.pause().on('error', () => undefined));
    request.on('error', () => undefined);
    request.end();
    return request;
  }
});

describe('a file of a device', () => {
  it('is kept for its open command, with its digest, for some days', async () => {
    const command = await aCommand(key, 'read-snapshot-export');
    const bytes = randomBytes(3 * MIB);
    const reference = { sha256: sha256Of(bytes), size: bytes.length, name: 'set 3.zip' };
    expect(await storeFile(url, key, command, bytes, 'set 3.zip')).toMatchObject({ status: 201, json: reference });
    expect(readFileSync(pathOf(reference.sha256)).equals(bytes)).toBe(true);
    const [row] = await stand.rows(
      `SELECT name, size::int, enrolment_id, command_id, round(extract(epoch FROM expires_at - now()) / 86400)::int AS days
       FROM artifacts WHERE sha256 = $1`,
      reference.sha256,
    );
    const of = { enrolment_id: key.enrolmentId, command_id: command, days: 7 };
    expect(row).toEqual({ name: 'set 3.zip', size: bytes.length, ...of });
  });

  it('is refused, unread, for a command that is not open, of another device, or of an operation that stores none', async () => {
    const other = await stand.anEnrolledDevice();
    const over = await aCommand(key, 'read-snapshot-export');
    await finish(over);
    const commands = [
      over,
      await aCommand(other, 'read-snapshot-export'),
      await aCommand(key, 'refresh'),
      randomUUID(),
    ];
    for (const command of commands)
      expect(await storeFile(url, key, command, randomBytes(10))).toMatchObject({
        status: 403,
        json: { code: 'refused' },
      });
    expect(temporary()).toEqual([]);
  });

  it('is refused when it is larger than a file may be, and nothing of it stays', async () => {
    const command = await aCommand(key, 'read-snapshot-export');
    expect(await storeFile(url, key, command, randomBytes(8 * MIB + 1))).toMatchObject({
      status: 413,
      json: { code: 'artifact-too-large' },
    });
    expect(temporary()).toEqual([]);
  });

  it('leaves nothing when its connection is cut', async () => {
    const command = await aCommand(key, 'read-snapshot-export');
    const target = `/v1/device/artifacts?command=${command}&name=a`;
    const authorization = await proofOf(url, key, 'POST', target);
    const { request, answer } = openRequest(url, 'POST', target, { authorization });
    request.write(randomBytes(MIB));
    await eventually(() => temporary().length === 1, { what: 'the file to be on its way' });
    request.destroy();
    await expect(answer).rejects.toThrow('socket hang up');
    await eventually(() => temporary().length === 0, { what: 'the half file to be removed' });
    expect(await stand.rows('SELECT FROM artifacts WHERE command_id = $1', command)).toEqual([]);
  });

  it('may come slowly', async () => {
    const command = await aCommand(key, 'read-snapshot-export');
    const target = `/v1/device/artifacts?command=${command}&name=slow`;
    const authorization = await proofOf(url, key, 'POST', target);
    const { request, answer } = openRequest(url, 'POST', target, { authorization });
    for (let n = 0; n < 5; n += 1) {
      request.write(`piece ${n}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    request.end();
    expect(await answer).toMatchObject({ status: 201, json: { size: 35 } });
  });
});
