import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi } from '../testing/test-api';

let api: TestApi;
let token: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  token = await api.session('root', 'admin');
});

afterAll(() => api.stop());

const hook = (over: object = {}) => ({ name: 'ops', url: 'https://ops.example/hook', events: ['rollout.*'], ...over });

describe('/v1/webhooks', () => {
  it('are made, shown, changed, tested and removed', async () => {
    const { status, body } = await api.call('POST', '/v1/webhooks', { token, body: hook() });
    expect([status, body['secret']]).toEqual([201, expect.stringMatching(/^whsec_/)]);
    const path = `/v1/webhooks/${String(body['id'])}`;
    const rotated = await api.call('POST', `${path}/rotate-secret`, { token, body: {} });
    expect([rotated.status, rotated.body['secret'] === body['secret']]).toEqual([200, false]);
    const shown = await api.call('GET', path, { token });
    expect(shown.body).toMatchObject({ name: 'ops', enabled: true, failures: 0, waiting: 0, createdBy: 'root' });
    expect(shown.text).not.toContain('whsec_');
    const changed = await api.call('PATCH', path, {
      token,
      body: { events: ['*'], enabled: false, remark: 'too loud' },
    });
    expect(changed.body).toMatchObject({ events: ['*'], enabled: false });
    expect((await api.call('POST', `${path}/ping`, { token, body: {} })).status).toBe(202);
    const { body: page } = await api.call('GET', `${path}/deliveries?status=waiting`, { token });
    expect(page['items']).toMatchObject([
      { type: 'webhook.ping', status: 'waiting', attempts: 0, messageId: expect.stringMatching(/^msg_/) as string },
    ]);
    const replayed = await api.call('POST', `${path}/replay`, { token, body: { deadSince: '2026-01-01T00:00:00Z' } });
    expect(replayed.body).toEqual({ count: 0 });
    expect((await api.call('GET', '/v1/webhooks', { token })).body['items']).toHaveLength(1);
    expect((await api.call('DELETE', path, { token, body: {} })).status).toBe(204);
    expect((await api.call('GET', path, { token })).status).toBe(404);
  });

  it.each([
    ['a URL of another kind', { url: 'ftp://ops.example/' }, 'url'],
    ['a password in the URL', { url: 'https://a:b@ops.example/' }, 'url'],
    ['no events', { events: [] }, 'events'],
    ['an event that is none', { events: ['rollout.*', 'rollout.exploded'] }, 'events.1'],
    ['a pattern that means nothing', { events: ['fleets.*'] }, 'events.0'],
    ['a pattern of another form', { events: ['rol%'] }, 'events.0'],
    ['something unknown', { secret: 'mine' }, 'body'],
  ])('are not made of %s', async (_, over, field) => {
    const { status, body } = await api.call('POST', '/v1/webhooks', { token, body: hook(over) });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`"${field}"`);
  });

  it.each([
    [{}, 'deliveryId'],
    [{ deliveryId: '1', deadSince: '2026-01-01T00:00:00Z' }, 'deliveryId'],
    [{ deliveryId: 'all' }, 'deliveryId'],
    [{ deadSince: 'yesterday' }, 'deadSince'],
  ])('are not sent %j again', async (body, field) => {
    const answer = await api.call('POST', `/v1/webhooks/${NOWHERE}/replay`, { token, body });
    expect([answer.status, answer.text.includes(`"${field}"`)]).toEqual([400, true]);
  });

  it('are for admins alone', async () => {
    const operator = await api.session('olga', 'operator');
    const answers = await Promise.all([
      api.call('GET', '/v1/webhooks', { token: operator }),
      api.call('POST', '/v1/webhooks', { token: operator, body: hook() }),
      api.call('GET', `/v1/webhooks/${NOWHERE}/deliveries`, { token: operator }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
  });
});
