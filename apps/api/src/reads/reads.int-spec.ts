import { operations } from '@corefleet/operations';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi } from '../testing/test-api';

let api: TestApi;
let viewer: string;
let admin: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  [viewer, admin] = [await api.session('vera', 'viewer'), await api.session('root', 'admin')];
});

afterAll(() => api.stop());

const ask = (token: string, of: string) => api.call('GET', `/v1/devices/${NOWHERE}/snapd${of}`, { token });

describe('reads of a device', () => {
  it('are for viewers, but for what is sensitive', async () => {
    expect(await ask(viewer, '/v2/snaps')).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/device/) },
    });
    const refused = { code: 'refused', detail: 'cannot read /v2/users: it needs role admin, you have viewer' };
    expect(await ask(viewer, '/v2/users')).toMatchObject({ status: 403, body: refused });
    expect(await ask(admin, '/v2/users')).toMatchObject({ status: 404 });
    const audited = await api.call('GET', '/v1/audit?limit=1&action=request.refuse', { token: admin });
    expect(audited.body).toMatchObject({ items: [{ actor: { name: 'vera' }, details: refused }] });
  });

  it.each([
    ['a device whose id is none', '/v1/devices/nobody/snapd/v2/snaps', 400],
    ['a path that is none of snapd', `/v1/devices/${NOWHERE}/snapd/v2/../secrets`, 404],
    ['a path with NUL', `/v1/devices/${NOWHERE}/snapd/v2/snaps/%00`, 400],
    ['a path without end', `/v1/devices/${NOWHERE}/snapd/v2/snaps/${'x'.repeat(5_000)}`, 400],
  ])('are refused for %s', async (_, path, status) => {
    expect(await api.call('GET', path, { token: admin })).toMatchObject({ status, body: { status } });
  });

  it('are each described with their parameters and their role', async () => {
    const { paths } = (await api.call('GET', '/v1/openapi.json')).body as { paths: Record<string, { get?: object }> };
    const described = Object.entries(paths).filter(([path]) => path.startsWith('/v1/devices/{device}/snapd/'));
    const all = operations.flatMap(({ read, follows }) => ((read ?? follows) ? [(read ?? follows)?.path] : []));
    expect(described).toHaveLength(new Set(all).size);
    expect(paths['/v1/devices/{device}/snapd/v2/snaps']?.get).toMatchObject({
      'x-requires-role': 'viewer',
      parameters: expect.arrayContaining([
        { name: 'device', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
        expect.objectContaining({ name: 'select', in: 'query', required: false }),
      ]) as unknown,
    });
    expect(paths['/v1/devices/{device}/snapd/v2/users']?.get).toMatchObject({ 'x-requires-role': 'admin' });
  });
});
