import { PROBLEM_TYPE } from '@corefleet/contracts/http';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi } from '../testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
});

afterAll(() => api.stop());

describe('bad input', () => {
  let token: string;

  beforeAll(async () => {
    token = await api.session('omar', 'operator');
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
      { name: 'x', does: { steps: [{ operation: 'refresh' }] }, waves },
      400,
      'invalid-request',
      'cannot',
    ],
  ] as const)('answers %s with a problem that names it', async (_, method, path, body, status, code, named) => {
    const answer = await api.call(method, path, { token, body });
    expect(answer.body).toMatchObject({ type: 'about:blank', status, code, detail: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain(PROBLEM_TYPE);
    expect(JSON.stringify(answer.body)).toContain(named.replaceAll('"', '\\"'));
    expect(answer.text).not.toContain('    at ');
  });

  it('lists every wrong field at once', async () => {
    const body = { name: '', does: { steps: [] }, waves: [{ percent: 101 }], colour: 'red' };
    const { problems = [] } = (await api.call('POST', '/v1/rollouts', { token, body })).body;
    expect(problems.map(({ field }) => field)).toEqual(expect.arrayContaining(['name', 'does.steps', 'body']));
    expect(problems.some(({ field }) => field.startsWith('waves.0'))).toBe(true);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'takes no body of type %s',
    async (type) => {
      const answer = await api.call('POST', '/v1/commands', { token, body: 'a=b', headers: { 'content-type': type } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    },
  );

  it('takes no idempotency key that is not one', async () => {
    const headers = { 'idempotency-key': 'a b' };
    const answer = await api.call('POST', '/v1/commands', { token, body: command, headers });
    expect(answer.body).toMatchObject({ status: 400, problems: [{ field: 'Idempotency-Key' }] });
  });

  it('keeps serving after all of it', async () => {
    expect((await api.call('GET', '/readyz')).body).toEqual({
      status: 'ready',
      stores: { postgres: true, redis: true },
    });
  });
});
