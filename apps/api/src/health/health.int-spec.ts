import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi } from '../testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
});

afterAll(() => api.stop());

describe('without a store', () => {
  it('is not ready, and says which store is missing', async () => {
    const admin = new Database({ url: api.files.adminUrl, connections: 1, onIdleError: () => undefined });
    await admin.pool.query(`ALTER DATABASE "${api.files.name}" ALLOW_CONNECTIONS false`);
    await admin.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'corefleet_api'`,
      [api.files.name],
    );
    try {
      const answer = await api.call('GET', '/readyz');
      expect(answer).toMatchObject({
        status: 503,
        body: { status: 'not-ready', stores: { postgres: false, redis: true } },
      });
      expect((await api.call('GET', '/healthz')).status).toBe(200);
      const failed = await api.call('GET', '/v1/devices', { token: `cfs_${'a'.repeat(43)}` });
      expect(failed.body).toMatchObject({
        status: 500,
        code: 'internal',
        instance: expect.stringMatching(/^urn:uuid:/),
      });
      expect(failed.text).not.toMatch(/prisma|postgres|pg_/i);
    } finally {
      await admin.pool.query(`ALTER DATABASE "${api.files.name}" ALLOW_CONNECTIONS true`);
      await admin.close();
    }
    await eventually(async () => (await api.call('GET', '/readyz')).status === 200, { what: 'readiness' });
  });
});
