import {
  AdjustRolloutRequest,
  CreateRolloutRequest,
  DevicesQuery,
  DeviceView,
  EVENT_TOPICS,
  EventsQuery,
  IdempotencyKey,
  Labels,
  LoginRequest,
} from './index';

const wrongFields = (result: { error?: { issues: { path: PropertyKey[] }[] } }): string[] =>
  (result.error?.issues ?? []).map(({ path }) => path.join('.'));

describe('requests', () => {
  it('list every wrong field at once', () => {
    const result = CreateRolloutRequest.safeParse({
      name: '',
      operation: 'refresh',
      waves: [{ percent: 0 }],
      extra: 1,
    });
    expect(wrongFields(result)).toEqual(expect.arrayContaining(['name', 'waves.0.percent', '']));
  });

  it.each([
    ['limit below 1', { limit: '0' }],
    ['limit above 500', { limit: '501' }],
    ['a cursor that is not opaque base64url', { cursor: "' or 1=1" }],
    ['NUL in a filter', { filter: 'model=\u0000' }],
    ['an unknown member', { page: '2' }],
  ])('refuse %s', (_, query) => {
    expect(DevicesQuery.safeParse(query).success).toBe(false);
  });

  it('bound labels in number, key and value', () => {
    expect(Labels.safeParse({ site: 'berlin' }).success).toBe(true);
    expect(Labels.safeParse({ 'bad key': 'x' }).success).toBe(false);
    expect(Labels.safeParse({ site: 'x'.repeat(257) }).success).toBe(false);
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, 'v']));
    expect(Labels.safeParse(many).success).toBe(false);
  });

  it.each(['Ada', '', 'a b', 'ä', '-a', 'a'.repeat(65)])('take no %j as username', (username) => {
    expect(LoginRequest.safeParse({ username, password: 'x' }).success).toBe(false);
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(129)])('take no %j as idempotency key', (key) => {
    expect(IdempotencyKey.safeParse(key).success).toBe(false);
  });

  it('add nothing to what an adjustment names', () => {
    const asked = { limits: { startsPerMinute: 7 }, gate: { minFailed: 2 } };
    expect(AdjustRolloutRequest.parse(asked)).toEqual(asked);
    expect(AdjustRolloutRequest.parse({ gate: { onFailure: 'stop' } })).toEqual({ gate: { onFailure: 'stop' } });
  });

  it('read topics from one comma-separated text', () => {
    expect(EventsQuery.parse({ topics: 'rollouts,commands' }).topics).toEqual(['rollouts', 'commands']);
    expect(EventsQuery.parse({}).topics).toEqual(EVENT_TOPICS);
    expect(EventsQuery.safeParse({ topics: 'rollouts,people' }).success).toBe(false);
  });
});

describe('answers', () => {
  it('write the server’s dates as text and leave out what is not theirs', () => {
    const id = '0198c0de-0000-7000-8000-0123456789ab';
    const nothing = {
      agentVersion: null,
      protocol: null,
      bootId: null,
      snapdState: null,
      lastSeenAt: null,
      enrolmentId: null,
      reEnrolUntil: null,
      claimedAt: null,
    };
    const device = { id, brandId: 'acme', model: 'pc', serial: '1', labels: {}, online: false, ...nothing };
    const view = DeviceView.parse({
      ...device,
      penalty: { failures: 3, until: new Date(0) },
      createdAt: new Date(0),
      secret: 'x',
    });
    expect(view.createdAt).toBe('1970-01-01T00:00:00.000Z');
    expect(view).not.toHaveProperty('secret');
  });
});
