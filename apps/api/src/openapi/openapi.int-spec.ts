import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi } from '../testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
});

afterAll(() => api.stop());

describe('the catalogue and the description', () => {
  it('lists operations with the JSON schema of their parameters', async () => {
    const { items } = (await api.call('GET', '/v1/operations', { token: await api.session('vera', 'viewer') }))
      .body as {
      items: { name: string; parameters: object }[];
    };
    expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining(['refresh', 'create-recovery-system']));
    for (const { parameters } of items) expect(parameters).toMatchObject({ type: 'object' });
    const byName = Object.fromEntries(items.map((item) => [item.name, item]));
    expect(byName['create-recovery-system']).toMatchObject({ since: '2.62', undo: { by: ['remove-recovery-system'] } });
    expect(byName['factory-reset']).toMatchObject({ risk: 'destructive', requires: ['recovery-systems'] });
    expect(byName['read-users']).toMatchObject({ read: { path: '/v2/users', sensitive: true } });
    expect(byName['log-in']).toMatchObject({
      secrets: ['password', 'otp'],
      parameters: { properties: { password: { type: 'string', writeOnly: true } } },
    });
  });

  it('describes every route with its answer and its problems', async () => {
    const document = (await api.call('GET', '/v1/openapi.json')).body as {
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
    const page = await api.call('GET', '/explorer');
    expect(page.text).toContain('swagger-ui');
    expect(page.text).not.toMatch(/(src|href)="https?:/);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect((await api.call('GET', '/explorer/swagger-ui-bundle.js')).status).toBe(200);
    expect((await api.call('GET', '/explorer/swagger-ui-init.js')).text).toContain('/v1/commands');
    expect((await api.call('GET', '/explorer/%2e%2e/package.json')).status).toBe(404);
  });

  it('sets the same guarding headers on every answer', async () => {
    for (const path of ['/healthz', '/v1/nothing', '/v1/devices', '/setup', '/explorer']) {
      const { headers } = await api.call('GET', path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      });
    }
  });
});
