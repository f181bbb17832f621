import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi, type Answer } from '../testing/test-api';

let api: TestApi;
let admin: string;
let operator: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  [admin, operator] = [await api.session('root', 'admin'), await api.session('omar', 'operator')];
});

afterAll(() => api.stop());

const put = (path: string, body: object, token = operator): Promise<Answer> => api.call('PUT', path, { token, body });

describe('limits', () => {
  it('are set for the fleet by an admin, and what stays as it is makes no audit entry', async () => {
    expect(await put('/v1/limits', { maxInFlight: 100 })).toMatchObject({ status: 403 });
    const set = await put('/v1/limits', { maxInFlight: 100, remark: 'slow link' }, admin);
    expect(set.body).toEqual({ fleet: { maxInFlight: 100, startsPerMinute: null }, sites: [] });
    await put('/v1/limits', { maxInFlight: 100 }, admin);
    const { body } = await api.call('GET', '/v1/audit?action=limits.set', { token: operator });
    expect(body['items']).toMatchObject([
      {
        subject: { id: 'fleet' },
        remark: 'slow link',
        details: { before: { maxInFlight: null }, after: { maxInFlight: 100 } },
      },
    ]);
  });

  it('are set for sites, by whatever name, and taken away', async () => {
    await put('/v1/limits/sites/berlin', { maxDownloading: 2 });
    await put('/v1/limits/sites/new%20york%2F1', { maxInFlight: 5 });
    expect((await api.call('GET', '/v1/limits', { token: operator })).body['sites']).toEqual([
      { site: 'berlin', maxInFlight: null, maxDownloading: 2 },
      { site: 'new york/1', maxInFlight: 5, maxDownloading: null },
    ]);
    const remove = () => api.call('DELETE', '/v1/limits/sites/berlin', { token: operator });
    expect(await remove()).toMatchObject({ status: 204 });
    expect(await remove()).toMatchObject({ status: 404, body: { detail: expect.stringContaining('"berlin"') } });
  });

  it.each([[{ maxInFlight: 0 }], [{ maxInFlight: 1.5 }], [{ startsPerHour: 1 }]])('refuse %j', async (body) => {
    expect(await put('/v1/limits', body, admin)).toMatchObject({ status: 400 });
  });
});
