import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, PASSWORD, TestApi } from '../testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
});

afterAll(() => api.stop());

describe('set-up', () => {
  it('makes the first admin by the link, once', async () => {
    const link = new URL((await api.running.createSetupLink()) ?? '');
    expect(link.pathname).toBe('/setup');
    const page = await api.call('GET', '/setup');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'sha256-/);
    const token = link.hash.slice(1);
    const weak = await api.call('POST', '/v1/setup', { body: { token, username: 'root', password: 'short' } });
    expect(weak).toMatchObject({ status: 400, body: { problems: [{ field: 'password' }] } });
    expect(
      (await api.call('POST', '/v1/setup', { body: { token, username: 'root', password: PASSWORD } })).status,
    ).toBe(204);
    expect((await api.call('POST', '/v1/setup', { body: { token, username: 'eve', password: PASSWORD } })).status).toBe(
      401,
    );
    expect(await api.running.createSetupLink()).toBeUndefined();
    expect(
      (await api.call('POST', '/v1/login', { body: { username: 'root', password: PASSWORD } })).body,
    ).toMatchObject({
      role: 'admin',
    });
  });
});

describe('access', () => {
  let viewer: string;
  let admin: string;

  beforeAll(async () => {
    [viewer, admin] = [await api.session('vera', 'viewer'), await api.session('root', 'admin')];
  });

  it('lets no stranger through any route that is not declared public', async () => {
    const document = (await api.call('GET', '/v1/openapi.json')).body as {
      paths: Record<string, Record<string, object>>;
    };
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
      const answer = await api.call(method.toUpperCase(), path.replace(/\{.+?\}/g, NOWHERE));
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
    expect(await api.call('GET', '/v1/devices', { headers: { authorization } })).toMatchObject({ status: 401 });
  });

  it('refuses a wrong password and locks after ten', async () => {
    const guess = () => api.call('POST', '/v1/login', { body: { username: 'vera2', password: 'wrong' } });
    for (let at = 0; at < 10; at += 1) expect((await guess()).status).toBe(401);
    const locked = await guess();
    expect(locked).toMatchObject({ status: 429, body: { code: 'too-many-attempts' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('refuses who lacks the role, and audits the attempt', async () => {
    const body = { name: 'x', maxUses: 1 };
    const refused = await api.call('POST', '/v1/enrolment-tokens', { token: viewer, body });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'refused', detail: expect.stringContaining('needs role admin') },
    });
    const { items } = (await api.call('GET', '/v1/audit?limit=1&action=request.refuse', { token: viewer })).body as {
      items: object[];
    };
    expect(items[0]).toMatchObject({
      outcome: 'refused',
      actor: { name: 'vera' },
      subject: { id: 'POST /v1/enrolment-tokens' },
    });
  });

  it('ends a token when it is revoked, and shows its secret once', async () => {
    const made = (await api.call('POST', '/v1/tokens', { token: admin, body: { name: 'ci' } })).body;
    const token = String(made['token']);
    expect((await api.call('GET', '/v1/me', { token })).body).toEqual({
      username: 'root',
      role: 'admin',
      credential: 'api',
    });
    expect((await api.call('GET', '/v1/tokens', { token })).text).not.toContain(token);
    expect((await api.call('DELETE', `/v1/tokens/${String(made['id'])}`, { token: admin })).status).toBe(204);
    expect((await api.call('GET', '/v1/me', { token })).status).toBe(401);
  });

  it('ends a session with logout', async () => {
    const token = await api.session('vera', 'viewer');
    expect((await api.call('POST', '/v1/logout', { token })).status).toBe(204);
    expect((await api.call('GET', '/v1/me', { token })).status).toBe(401);
  });
});
