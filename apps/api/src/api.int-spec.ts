import { PROBLEM_TYPE, type Problem } from '@corefleet/contracts/http';
import { Database } from '@corefleet/platform/database';
import { createLogger } from '@corefleet/platform/logger';
import { Bus, RedisConnections } from '@corefleet/platform/redis';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import type { ApiConfig } from './config';
import { startApi, type RunningApi } from './start-api';

const PASSWORD = 'correct horse battery';
const NOWHERE = '0198c0de-0000-7000-8000-0123456789ab';
const logger = createLogger('test', 'silent');
const stores = testRedis();

let files: TestDatabase;
let database: Database;
let api: RunningApi;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, read as JSON. */
  readonly body: Record<string, unknown> & Partial<Problem>;
}

async function call(
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: object } = {},
): Promise<Answer> {
  const { token, body } = options;
  const raw = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const answer = await fetch(api.url + path, {
    method,
    body: raw ?? null,
    headers: {
      ...(raw !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
  });
  const text = await answer.text();
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : {} };
}

async function login(username: string): Promise<string> {
  return String((await call('POST', '/v1/login', { body: { username, password: PASSWORD } })).body['token']);
}

function configOf(over: Partial<ApiConfig> = {}): ApiConfig {
  return {
    COREFLEET_DATABASE_URL: files.url('corefleet_api'),
    COREFLEET_DATABASE_CONNECTIONS: 4,
    COREFLEET_REDIS_URL: stores.url,
    COREFLEET_REDIS_PREFIX: stores.prefix,
    COREFLEET_LOG_LEVEL: 'silent',
    COREFLEET_BIND: '127.0.0.1',
    COREFLEET_PORT: 0,
    COREFLEET_GATEWAY_URL: 'http://gateway.test:8081',
    COREFLEET_TRUSTED_PROXIES: [],
    COREFLEET_ENROLMENTS_PER_MINUTE: 5,
    ...over,
  };
}

beforeAll(async () => {
  files = await createTestDatabase();
  database = new Database({ url: files.url(), connections: 2, onIdleError: () => undefined });
  api = await startApi(configOf(), logger);
});

afterAll(async () => {
  await api.close();
  await database.close();
  await stores.cleanup();
  await files.drop();
});

describe('set-up', () => {
  it('makes the first admin by the link, once', async () => {
    const link = new URL((await api.createSetupLink()) ?? '');
    expect(link.pathname).toBe('/setup');
    const page = await call('GET', '/setup');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'sha256-/);
    const token = link.hash.slice(1);
    const weak = await call('POST', '/v1/setup', { body: { token, username: 'root', password: 'short' } });
    expect(weak).toMatchObject({ status: 400, body: { problems: [{ field: 'password' }] } });
    expect((await call('POST', '/v1/setup', { body: { token, username: 'root', password: PASSWORD } })).status).toBe(
      204,
    );
    expect((await call('POST', '/v1/setup', { body: { token, username: 'eve', password: PASSWORD } })).status).toBe(
      401,
    );
    expect(await api.createSetupLink()).toBeUndefined();
    expect((await call('POST', '/v1/login', { body: { username: 'root', password: PASSWORD } })).body).toMatchObject({
      role: 'admin',
    });
  });
});

describe('access', () => {
  let viewer: string;
  let admin: string;

  beforeAll(async () => {
    await api.ensureUser('vera', PASSWORD, 'viewer');
    await api.ensureUser('root', PASSWORD, 'admin');
    [viewer, admin] = [await login('vera'), await login('root')];
  });

  it('lets no stranger through any route that is not declared public', async () => {
    const document = (await call('GET', '/v1/openapi.json')).body as { paths: Record<string, Record<string, object>> };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, open: !('x-requires-role' in operation) })),
    );
    expect(
      routes
        .filter(({ open }) => open)
        .map(({ path, method }) => `${method} ${path}`)
        .sort(),
    ).toEqual(['get /healthz', 'get /readyz', 'post /v1/device/enrol', 'post /v1/login', 'post /v1/setup']);
    for (const { path, method } of routes.filter(({ open }) => !open)) {
      const answer = await call(method.toUpperCase(), path.replace(/\{.+?\}/g, NOWHERE));
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 401 });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(routes.length).toBeGreaterThan(25);
  });

  it.each([
    ['no scheme', 'cfs_x'],
    ['another scheme', 'Basic cm9vdDpyb290'],
    ['an unknown secret', `Bearer cfs_${'a'.repeat(43)}`],
  ])('refuses a credential with %s', async (_, authorization) => {
    expect(await call('GET', '/v1/devices', { headers: { authorization } })).toMatchObject({ status: 401 });
  });

  it('refuses a wrong password and locks after ten', async () => {
    const guess = () => call('POST', '/v1/login', { body: { username: 'vera2', password: 'wrong' } });
    for (let at = 0; at < 10; at += 1) expect((await guess()).status).toBe(401);
    const locked = await guess();
    expect(locked).toMatchObject({ status: 429, body: { code: 'too-many-attempts' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('refuses who lacks the role, and audits the attempt', async () => {
    const body = { name: 'x', maxUses: 1 };
    const refused = await call('POST', '/v1/enrolment-tokens', { token: viewer, body });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'refused', detail: expect.stringContaining('needs role admin') },
    });
    const { items } = (await call('GET', '/v1/audit?limit=1&action=request.refuse', { token: viewer })).body as {
      items: object[];
    };
    expect(items[0]).toMatchObject({
      outcome: 'refused',
      actor: { name: 'vera' },
      subject: { id: 'POST /v1/enrolment-tokens' },
    });
  });

  it('ends a token when it is revoked, and shows its secret once', async () => {
    const made = (await call('POST', '/v1/tokens', { token: admin, body: { name: 'ci' } })).body;
    const token = String(made['token']);
    expect((await call('GET', '/v1/me', { token })).body).toEqual({
      username: 'root',
      role: 'admin',
      credential: 'api',
    });
    expect((await call('GET', '/v1/tokens', { token })).text).not.toContain(token);
    expect((await call('DELETE', `/v1/tokens/${String(made['id'])}`, { token: admin })).status).toBe(204);
    expect((await call('GET', '/v1/me', { token })).status).toBe(401);
  });

  it('ends a session with logout', async () => {
    const token = await login('vera');
    expect((await call('POST', '/v1/logout', { token })).status).toBe(204);
    expect((await call('GET', '/v1/me', { token })).status).toBe(401);
  });
});

describe('bad input', () => {
  let token: string;

  beforeAll(async () => {
    await api.ensureUser('omar', PASSWORD, 'operator');
    token = await login('omar');
  });

  const waves = [{ percent: 100 }];
  const command = { deviceIds: [NOWHERE], operation: 'refresh', parameters: {} };

  it.each([
    ['an unknown route', 'GET', '/v1/nothing', undefined, 404, 'not-found', '/v1/nothing'],
    ['an unknown method', 'PUT', '/v1/devices', undefined, 404, 'not-found', '/v1/devices'],
    ['an unknown device', 'GET', `/v1/devices/${NOWHERE}`, undefined, 404, 'not-found', NOWHERE],
    ['changes of an unknown device', 'GET', `/v1/devices/${NOWHERE}/changes`, undefined, 404, 'not-found', NOWHERE],
    ['facts of an unknown device', 'GET', `/v1/devices/${NOWHERE}/facts`, undefined, 404, 'not-found', NOWHERE],
    ['an unknown command', 'GET', `/v1/commands/${NOWHERE}`, undefined, 404, 'not-found', NOWHERE],
    ['an unknown rollout', 'POST', `/v1/rollouts/${NOWHERE}/pause`, undefined, 404, 'not-found', NOWHERE],
    ['targets of an unknown rollout', 'GET', `/v1/rollouts/${NOWHERE}/targets`, undefined, 404, 'not-found', NOWHERE],
    ['an id that is none', 'GET', '/v1/devices/x', undefined, 400, 'invalid-request', 'id'],
    ['an unknown operation', 'POST', '/v1/commands', { ...command, operation: 'fly' }, 400, 'invalid-request', '"fly"'],
    [
      'an unknown parameter',
      'POST',
      '/v1/commands',
      { ...command, parameters: { wings: 2 } },
      400,
      'invalid-request',
      'refresh',
    ],
    ['a filter that cannot be read', 'GET', '/v1/devices?filter=colour%3Dred', undefined, 400, 'bad-filter', 'colour'],
    ['a cursor of another list', 'GET', '/v1/devices?cursor=MTc', undefined, 400, 'invalid-request', 'cursor'],
    ['a limit out of bounds', 'GET', '/v1/audit?limit=501', undefined, 400, 'invalid-request', 'limit'],
    ['an unknown query member', 'GET', '/v1/devices?colour=red', undefined, 400, 'invalid-request', 'colour'],
    ['NUL in a query', 'GET', '/v1/audit?action=%00', undefined, 400, 'invalid-request', 'action'],
    [
      'NUL in a body',
      'POST',
      '/v1/commands',
      { ...command, parameters: { a: '\u0000' } },
      400,
      'invalid-request',
      'parameters.a',
    ],
    ['an unparsable body', 'POST', '/v1/commands', '{"deviceIds":', 400, 'unreadable-request', 'cannot'],
    ['prototype poisoning', 'POST', '/v1/commands', '{"__proto__":{"x":1}}', 400, 'unreadable-request', 'cannot'],
    ['a body that is no object', 'POST', '/v1/commands', '[]', 400, 'invalid-request', 'body'],
    [
      'endless nesting',
      'POST',
      '/v1/commands',
      '['.repeat(200_000) + ']'.repeat(200_000),
      400,
      'invalid-request',
      '0.0',
    ],
    ['an oversized body', 'POST', '/v1/commands', `"${'x'.repeat(1024 * 1024)}"`, 413, 'body-too-large', 'too large'],
    [
      'a rollout of no device',
      'POST',
      '/v1/rollouts',
      { name: 'x', operation: 'refresh', waves },
      400,
      'invalid-request',
      'cannot',
    ],
  ] as const)('answers %s with a problem that names it', async (_, method, path, body, status, code, named) => {
    const answer = await call(method, path, { token, body });
    expect(answer.body).toMatchObject({ type: 'about:blank', status, code, detail: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain(PROBLEM_TYPE);
    expect(JSON.stringify(answer.body)).toContain(named.replaceAll('"', '\\"'));
    expect(answer.text).not.toContain('    at ');
  });

  it('lists every wrong field at once', async () => {
    const body = { name: '', operation: 7, waves: [{ percent: 101 }], colour: 'red' };
    const { problems = [] } = (await call('POST', '/v1/rollouts', { token, body })).body;
    expect(problems.map(({ field }) => field)).toEqual(expect.arrayContaining(['name', 'operation', 'body']));
    expect(problems.some(({ field }) => field.startsWith('waves.0'))).toBe(true);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'takes no body of type %s',
    async (type) => {
      const answer = await call('POST', '/v1/commands', { token, body: 'a=b', headers: { 'content-type': type } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    },
  );

  it('takes no idempotency key that is not one', async () => {
    const headers = { 'idempotency-key': 'a b' };
    const answer = await call('POST', '/v1/commands', { token, body: command, headers });
    expect(answer.body).toMatchObject({ status: 400, problems: [{ field: 'Idempotency-Key' }] });
  });

  it('keeps serving after all of it', async () => {
    expect((await call('GET', '/readyz')).body).toEqual({ status: 'ready', stores: { postgres: true, redis: true } });
  });
});

describe('devices', () => {
  let admin: string;
  let operator: string;

  beforeAll(async () => {
    await api.ensureUser('root', PASSWORD, 'admin');
    await api.ensureUser('omar', PASSWORD, 'operator');
    [admin, operator] = [await login('root'), await login('omar')];
    await database.prisma.signingKey.create({ data: { id: 'k'.repeat(43), publicKey: 'p'.repeat(43) } });
  });

  async function enrol(token: string, serial: string, key: string): Promise<Answer> {
    const identity = { brandId: 'acme', model: 'pc', serial };
    return call('POST', '/v1/device/enrol', {
      body: { token, publicKey: key.repeat(43), ...identity, agentVersion: '0.1.0' },
    });
  }

  it('join by a token, are labelled, commanded and let go', async () => {
    const wanted = { name: 'lab', labels: { site: 'berlin' }, maxUses: 2 };
    const token = (await call('POST', '/v1/enrolment-tokens', { token: admin, body: wanted })).body;
    const { deviceId } = (await enrol(String(token['token']), 's1', 'a')).body;
    const path = `/v1/devices/${String(deviceId)}`;
    expect(
      (await call('GET', `/v1/devices?filter=label.site%3Dberlin`, { token: operator })).body['items'],
    ).toMatchObject([{ id: deviceId, serial: 's1', online: false, labels: { site: 'berlin' }, lastSeenAt: null }]);
    const labelled = await call('PATCH', path, { token: operator, body: { labels: { ring: 'early' } } });
    expect(labelled.body).toMatchObject({ labels: { ring: 'early' } });
    for (const list of ['changes', 'notices', 'facts']) {
      expect((await call('GET', `${path}/${list}`, { token: operator })).body).toEqual({ items: [] });
    }
    expect((await call('POST', `${path}/revoke`, { token: operator })).status).toBe(403);
    expect((await call('POST', `${path}/revoke`, { token: admin, body: { remark: 'stolen' } })).status).toBe(204);
    const audited = (await call('GET', `/v1/audit?subjectId=${String(deviceId)}`, { token: operator })).body;
    expect(audited['items']).toMatchObject([
      { action: 'device.revoke', remark: 'stolen', actor: { name: 'root' } },
      { action: 'device.set-labels' },
      { action: 'device.enrol', actor: { kind: 'device' } },
    ]);
    expect((await call('GET', '/v1/enrolment-tokens', { token: operator })).text).not.toContain(String(token['token']));
  });

  it('get a command once for one idempotency key, and show it with its changes', async () => {
    const token = (await call('POST', '/v1/enrolment-tokens', { token: admin, body: { name: 'two' } })).body;
    const { deviceId } = (await enrol(String(token['token']), 's2', 'b')).body;
    const body = { deviceIds: [deviceId], operation: 'refresh', parameters: { snaps: ['core22'] } };
    const issue = () => call('POST', '/v1/commands', { token: operator, body, headers: { 'idempotency-key': 'k1' } });
    const [first, again] = [await issue(), await issue()];
    expect(first.status).toBe(202);
    expect(again.body).toEqual(first.body);
    const [{ id } = { id: '' }] = first.body['commands'] as { id: string }[];
    const detail = await call('GET', `/v1/commands/${id}`, { token: operator });
    expect(detail.body).toMatchObject({ id, deviceId, operation: 'refresh', requestedBy: 'omar', changes: [] });
    expect(detail.body).not.toHaveProperty('envelope');
    const cancelled = await call('POST', `/v1/commands/${id}/cancel`, { token: operator, body: { remark: 'mistake' } });
    expect(cancelled.body).toMatchObject({ status: 'cancelled' });
    expect((await call('POST', `/v1/commands/${id}/cancel`, { token: operator })).body).toMatchObject({ status: 409 });
  });

  it('are rolled out to, and the rollout is made once for one key and steered', async () => {
    const body = { name: 'all', operation: 'refresh', parameters: { snaps: ['core22'] }, waves: [{ percent: 100 }] };
    const create = () => call('POST', '/v1/rollouts', { token: operator, body, headers: { 'idempotency-key': 'r1' } });
    const made = await create();
    expect(made.status).toBe(201);
    const path = `/v1/rollouts/${String(made.body['id'])}`;
    expect((await create()).body['id']).toBe(made.body['id']);
    expect((await call('GET', `${path}/targets`, { token: operator })).body['items']).toMatchObject([
      { wave: 1, serial: 's2' },
    ]);
    expect((await call('POST', `${path}/pause`, { token: operator })).body).toMatchObject({ status: 'paused' });
    expect((await call('POST', `${path}/continue`, { token: operator })).body).toMatchObject({ status: 'running' });
    expect((await call('POST', `${path}/stop`, { token: operator, body: { remark: 'enough' } })).body).toMatchObject({
      status: 'stopped',
    });
    expect((await call('GET', '/v1/rollouts', { token: operator })).body['items']).toHaveLength(1);
  });

  it('may ask to enrol only so often from one source', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 8; at += 1) statuses.push((await enrol('cfe_wrong', 's3', 'c')).status);
    expect(statuses.at(-1)).toBe(429);
    expect(new Set(statuses)).toEqual(new Set([403, 429]));
  });
});

describe('the catalogue and the description', () => {
  it('lists operations with the JSON schema of their parameters', async () => {
    await api.ensureUser('vera', PASSWORD, 'viewer');
    const { items } = (await call('GET', '/v1/operations', { token: await login('vera') })).body as {
      items: { name: string; parameters: object }[];
    };
    expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining(['refresh', 'create-recovery-system']));
    for (const { parameters } of items) expect(parameters).toMatchObject({ type: 'object' });
  });

  it('describes every route with its answer and its problems', async () => {
    const document = (await call('GET', '/v1/openapi.json')).body as {
      openapi: string;
      paths: Record<string, Record<string, { responses: Record<string, object> }>>;
      components: { schemas: Record<string, object> };
    };
    expect(document.openapi).toBe('3.1.0');
    for (const operations of Object.values(document.paths)) {
      for (const { responses } of Object.values(operations)) expect(responses).toHaveProperty('default');
    }
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['Problem', 'CreateRolloutRequestDto']),
    );
  });

  it('serves the explorer from its own files, under a policy that lets nothing else in', async () => {
    const page = await call('GET', '/explorer');
    expect(page.text).toContain('swagger-ui');
    expect(page.text).not.toMatch(/(src|href)="https?:/);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect((await call('GET', '/explorer/swagger-ui-bundle.js')).status).toBe(200);
    expect((await call('GET', '/explorer/swagger-ui-init.js')).text).toContain('/v1/commands');
    expect((await call('GET', '/explorer/%2e%2e/package.json')).status).toBe(404);
  });

  it('sets the same guarding headers on every answer', async () => {
    for (const path of ['/healthz', '/v1/nothing', '/v1/devices', '/setup', '/explorer']) {
      const { headers } = await call('GET', path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      });
    }
  });
});

describe('live events', () => {
  let token: string;
  let redis: RedisConnections;
  let bus: Bus;

  beforeAll(async () => {
    await api.ensureUser('vera', PASSWORD, 'viewer');
    token = await login('vera');
    redis = new RedisConnections(stores.url, stores.prefix, logger);
    await redis.ready();
    bus = new Bus(redis, logger);
  });

  afterAll(() => redis.close());

  async function listen(query: string) {
    const over = new AbortController();
    const answer = await fetch(`${api.url}/v1/events${query}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: over.signal,
    });
    const heard = { text: '', ended: false };
    const read = async () => {
      for await (const chunk of answer.body ?? []) heard.text += Buffer.from(chunk).toString();
    };
    void read().then(
      () => (heard.ended = true),
      () => (heard.ended = true),
    );
    await eventually(() => heard.text.includes('retry'), { what: 'the stream to open' });
    return { answer, heard, stop: () => over.abort() };
  }

  it('deliver what was published and asked for', async () => {
    const stream = await listen(`?topics=rollouts,commands&id=${NOWHERE}`);
    expect(stream.answer.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.answer.headers.get('x-content-type-options')).toBe('nosniff');
    bus.publishEvent({ topic: 'devices', id: NOWHERE, version: 1 });
    bus.publishEvent({ topic: 'rollouts', id: 'another', version: 2 });
    bus.publishEvent({ topic: 'rollouts', id: NOWHERE, version: 3 });
    const said = `event: rollouts\ndata: {"topic":"rollouts","id":"${NOWHERE}","version":3}\n\n`;
    await eventually(() => stream.heard.text.includes(said), { what: 'the event' });
    expect(stream.heard.text.split('event: ')).toHaveLength(2);
    stream.stop();
  });

  it('say at most four a second of one thing', async () => {
    const stream = await listen('?topics=commands');
    for (let version = 1; version <= 50; version += 1) {
      bus.publishEvent({ topic: 'commands', id: NOWHERE, version });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await eventually(() => stream.heard.text.includes('"version":50'), { what: 'the last version' });
    expect(stream.heard.text.split('event: ').length - 1).toBeLessThanOrEqual(6);
    stream.stop();
  });

  it('are not for strangers, and take no unknown topic', async () => {
    expect((await call('GET', '/v1/events')).status).toBe(401);
    expect((await call('GET', '/v1/events?topics=people', { token })).status).toBe(400);
  });

  it('end when the server closes', async () => {
    const other = await startApi(configOf(), logger);
    const answer = await fetch(`${other.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } });
    const ended = (async () => {
      for await (const chunk of answer.body ?? []) void chunk;
      return 'ended';
    })();
    await other.close();
    expect(await ended).toBe('ended');
  });
});

describe('without a store', () => {
  it('is not ready, and says which store is missing', async () => {
    const admin = new Database({ url: files.adminUrl, connections: 1, onIdleError: () => undefined });
    await admin.pool.query(`ALTER DATABASE "${files.name}" ALLOW_CONNECTIONS false`);
    await admin.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'corefleet_api'`,
      [files.name],
    );
    try {
      const answer = await call('GET', '/readyz');
      expect(answer).toMatchObject({
        status: 503,
        body: { status: 'not-ready', stores: { postgres: false, redis: true } },
      });
      expect((await call('GET', '/healthz')).status).toBe(200);
      const failed = await call('GET', '/v1/devices', { token: `cfs_${'a'.repeat(43)}` });
      expect(failed.body).toMatchObject({
        status: 500,
        code: 'internal',
        instance: expect.stringMatching(/^urn:uuid:/),
      });
      expect(failed.text).not.toMatch(/prisma|postgres|pg_/i);
    } finally {
      await admin.pool.query(`ALTER DATABASE "${files.name}" ALLOW_CONNECTIONS true`);
      await admin.close();
    }
    await eventually(async () => (await call('GET', '/readyz')).status === 200, { what: 'readiness' });
  });
});
