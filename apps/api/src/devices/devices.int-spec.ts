import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi } from '../testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
});

afterAll(() => api.stop());

describe('devices', () => {
  let admin: string;
  let operator: string;

  beforeAll(async () => {
    [admin, operator] = [await api.session('root', 'admin'), await api.session('omar', 'operator')];
    await api.publishSigningKey();
  });

  it('join by a token, are labelled, commanded and let go', async () => {
    const wanted = { name: 'lab', labels: { site: 'berlin' }, maxUses: 2 };
    const token = (await api.call('POST', '/v1/enrolment-tokens', { token: admin, body: wanted })).body;
    const { deviceId } = (await api.enrol(String(token['token']), 's1', 'a')).body;
    const path = `/v1/devices/${String(deviceId)}`;
    expect(
      (await api.call('GET', `/v1/devices?filter=label.site%3Dberlin`, { token: operator })).body['items'],
    ).toMatchObject([{ id: deviceId, serial: 's1', online: false, labels: { site: 'berlin' }, lastSeenAt: null }]);
    const labelled = await api.call('PATCH', path, { token: operator, body: { labels: { ring: 'early' } } });
    expect(labelled.body).toMatchObject({ labels: { ring: 'early' } });
    for (const list of ['changes', 'change-history?since=2026-05-01T00:00:00Z', 'quarantine', 'notices', 'facts']) {
      expect((await api.call('GET', `${path}/${list}`, { token: operator })).body).toEqual({ items: [] });
    }
    expect((await api.call('POST', `${path}/revoke`, { token: operator })).status).toBe(403);
    expect((await api.call('POST', `${path}/revoke`, { token: admin, body: { remark: 'stolen' } })).status).toBe(204);
    const audited = (await api.call('GET', `/v1/audit?subjectId=${String(deviceId)}`, { token: operator })).body;
    expect(audited['items']).toMatchObject([
      { action: 'device.revoke', remark: 'stolen', actor: { name: 'root' } },
      { action: 'device.set-labels' },
      { action: 'device.enrol', actor: { kind: 'device' } },
    ]);
    expect((await api.call('GET', '/v1/enrolment-tokens', { token: operator })).text).not.toContain(
      String(token['token']),
    );
  });

  it('get a command once for one idempotency key, and show it with its changes', async () => {
    const token = (await api.call('POST', '/v1/enrolment-tokens', { token: admin, body: { name: 'two' } })).body;
    const { deviceId } = (await api.enrol(String(token['token']), 's2', 'b')).body;
    const body = { deviceIds: [deviceId], operation: 'refresh', parameters: { snaps: ['core22'] } };
    const issue = () =>
      api.call('POST', '/v1/commands', { token: operator, body, headers: { 'idempotency-key': 'k1' } });
    const [first, again] = [await issue(), await issue()];
    expect(first.status).toBe(202);
    expect(again.body).toEqual(first.body);
    const [{ id } = { id: '' }] = first.body['commands'] as { id: string }[];
    const detail = await api.call('GET', `/v1/commands/${id}`, { token: operator });
    expect(detail.body).toMatchObject({ id, deviceId, operation: 'refresh', requestedBy: 'omar', changes: [] });
    expect(detail.body).not.toHaveProperty('envelope');
    const cancelled = await api.call('POST', `/v1/commands/${id}/cancel`, {
      token: operator,
      body: { remark: 'mistake' },
    });
    expect(cancelled.body).toMatchObject({ status: 'cancelled' });
    expect((await api.call('POST', `/v1/commands/${id}/cancel`, { token: operator })).body).toMatchObject({
      status: 409,
    });
  });

  it('are rolled out to, and the rollout is made once for one key and steered', async () => {
    const does = { steps: [{ operation: 'refresh', parameters: { snaps: ['core22'] } }] };
    const body = { name: 'all', does, waves: [{ percent: 100 }] };
    const create = () =>
      api.call('POST', '/v1/rollouts', { token: operator, body, headers: { 'idempotency-key': 'r1' } });
    const made = await create();
    expect(made.status).toBe(201);
    const path = `/v1/rollouts/${String(made.body['id'])}`;
    expect((await create()).body['id']).toBe(made.body['id']);
    expect((await api.call('GET', `${path}/targets`, { token: operator })).body['items']).toMatchObject([
      { wave: 1, serial: 's2' },
    ]);
    expect((await api.call('POST', `${path}/pause`, { token: operator })).body).toMatchObject({ status: 'paused' });
    expect((await api.call('POST', `${path}/continue`, { token: operator })).body).toMatchObject({ status: 'running' });
    expect(
      (await api.call('POST', `${path}/stop`, { token: operator, body: { remark: 'enough' } })).body,
    ).toMatchObject({
      status: 'stopped',
    });
    expect((await api.call('GET', '/v1/rollouts', { token: operator })).body['items']).toHaveLength(1);
  });

  it('are given secrets that no command, rollout or audit entry shows', async () => {
    const { items } = (await api.call('GET', '/v1/devices?filter=serial%3Ds2', { token: operator })).body as {
      items: { id: string }[];
    };
    const order = { operation: 'log-in', parameters: { email: 'ada@example.com', password: 'swordfish', otp: '4711' } };
    const issued = await api.call('POST', '/v1/commands', {
      token: operator,
      body: { ...order, deviceIds: items.map(({ id }) => id) },
    });
    expect(issued.status).toBe(202);
    const rollout = { does: { steps: [order] }, name: 'secret', waves: [{ percent: 100 }] };
    const made = await api.call('POST', '/v1/rollouts', { token: operator, body: rollout });
    expect(made.status).toBe(201);
    const [{ id } = { id: '' }] = issued.body['commands'] as { id: string }[];
    const paths = [
      ...[`/v1/commands/${id}`, '/v1/commands', `/v1/rollouts/${String(made.body['id'])}`, '/v1/rollouts'],
      ...['/v1/audit?action=command.issue', '/v1/audit?action=rollout.create'],
    ];
    const shown = await Promise.all(paths.map((path) => api.call('GET', path, { token: admin })));
    for (const { text } of [issued, made, ...shown]) expect(text).not.toMatch(/swordfish|4711/);
    for (const { text } of shown) expect(text).toContain('"email":"ada@example.com","password":"(hidden)"');
  });

  it('may ask to enrol only so often from one source', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 8; at += 1) statuses.push((await api.enrol('cfe_wrong', 's3', 'c')).status);
    expect(statuses.at(-1)).toBe(429);
    expect(new Set(statuses)).toEqual(new Set([403, 429]));
  });
});
