import { Bus, RedisConnections } from '@corefleet/platform/redis';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi, silent } from '../testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
});

afterAll(() => api.stop());

describe('live events', () => {
  let token: string;
  let redis: RedisConnections;
  let bus: Bus;

  beforeAll(async () => {
    token = await api.session('vera', 'viewer');
    redis = new RedisConnections(api.stores.url, api.stores.prefix, silent);
    await redis.ready();
    bus = new Bus(redis, silent);
  });

  afterAll(() => redis.close());

  async function listen(query: string) {
    const over = new AbortController();
    const answer = await fetch(`${api.running.url}/v1/events${query}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: over.signal,
    });
    const heard = { text: '', ended: false };
    const read = async () => {
      for await (const chunk of answer.body ?? []) heard.text += Buffer.from(chunk).toString();
    };
    void read().then(
      () => (heard.ended = true),
      () => (heard.ended = true),
    );
    await eventually(() => heard.text.includes('retry'), { what: 'the stream to open' });
    return { answer, heard, stop: () => over.abort() };
  }

  it('deliver what was published and asked for', async () => {
    const stream = await listen(`?topics=rollouts,commands&id=${NOWHERE}`);
    expect(stream.answer.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.answer.headers.get('x-content-type-options')).toBe('nosniff');
    bus.publishEvent({ topic: 'devices', id: NOWHERE, version: 1 });
    bus.publishEvent({ topic: 'rollouts', id: 'another', version: 2 });
    bus.publishEvent({ topic: 'rollouts', id: NOWHERE, version: 3 });
    const said = `event: rollouts\ndata: {"topic":"rollouts","id":"${NOWHERE}","version":3}\n\n`;
    await eventually(() => stream.heard.text.includes(said), { what: 'the event' });
    expect(stream.heard.text.split('event: ')).toHaveLength(2);
    stream.stop();
  });

  it('say at most four a second of one thing', async () => {
    const stream = await listen('?topics=commands');
    for (let version = 1; version <= 50; version += 1) {
      bus.publishEvent({ topic: 'commands', id: NOWHERE, version });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await eventually(() => stream.heard.text.includes('"version":50'), { what: 'the last version' });
    expect(stream.heard.text.split('event: ').length - 1).toBeLessThanOrEqual(6);
    stream.stop();
  });

  it('are not for strangers, and take no unknown topic', async () => {
    expect((await api.call('GET', '/v1/events')).status).toBe(401);
    expect((await api.call('GET', '/v1/events?topics=people', { token })).status).toBe(400);
  });

  it('end when the server closes', async () => {
    const other = await api.startAnother();
    const answer = await fetch(`${other.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } });
    const ended = (async () => {
      for await (const chunk of answer.body ?? []) void chunk;
      return 'ended';
    })();
    await other.close();
    expect(await ended).toBe('ended');
  });
});
