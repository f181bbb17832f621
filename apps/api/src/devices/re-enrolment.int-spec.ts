import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi } from '../testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
});

afterAll(() => api.stop());

describe('a device whose key was lost', () => {
  let admin: string;
  let operator: string;

  beforeAll(async () => {
    [admin, operator] = [await api.session('root', 'admin'), await api.session('omar', 'operator')];
    await api.publishSigningKey();
  });

  it('comes with another key once when an admin allows it', async () => {
    const wanted = { name: 'three', maxUses: 3 };
    const { token } = (await api.call('POST', '/v1/enrolment-tokens', { token: admin, body: wanted })).body;
    const { deviceId } = (await api.enrol(String(token), 's4', 'd')).body;
    const path = `/v1/devices/${String(deviceId)}`;
    const refused = await api.enrol(String(token), 's4', 'e');
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'device-known',
        detail:
          'cannot enrol: device with serial "s4" is enrolled with another key, allow its re-enrolment or revoke it first',
      },
    });
    const waiting = (await api.call('GET', path, { token: operator })).body;
    expect(waiting).toMatchObject({ reEnrolUntil: null, claimedAt: expect.any(String) as string });
    const allow = (by: string, body: object) => api.call('POST', `${path}/allow-re-enrolment`, { token: by, body });
    expect((await allow(operator, { remark: 'new disk' })).status).toBe(403);
    expect((await allow(admin, {})).status).toBe(400);
    const allowed = await allow(admin, { remark: 'new disk', forSeconds: 600 });
    expect(allowed).toMatchObject({ status: 200, body: { id: deviceId, reEnrolUntil: expect.any(String) as string } });
    expect((await api.enrol(String(token), 's4', 'e')).body).toMatchObject({ deviceId });
    expect((await api.enrol(String(token), 's4', 'f')).status).toBe(409);
    const audited = (await api.call('GET', `/v1/audit?subjectId=${String(deviceId)}`, { token: operator })).body;
    expect(audited['items']).toMatchObject([
      { action: 'device.re-enrol', actor: { kind: 'device' }, details: { expectation: { kind: 'allowed' } } },
      { action: 'device.allow-re-enrolment', remark: 'new disk', actor: { name: 'root' } },
      { action: 'device.enrol' },
    ]);
  });
});
