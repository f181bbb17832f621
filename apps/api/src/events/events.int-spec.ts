import { Bus, RedisConnections, type FleetEvent } from '@corefleet/platform/redis';
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

  /** @param after where it goes on. @param url of the copy of the API */
  async function listen(query: string, after?: string, url = api.running.url) {
    const over = new AbortController();
    const answer = await fetch(`${url}/v1/events${query}`, {
      headers: { authorization: `Bearer ${token}`, ...(after !== undefined && { 'last-event-id': after }) },
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
    await eventually(() => heard.text.includes('\nid: '), { what: 'the stream to open' });
    return { answer, heard, stop: () => over.abort() };
  }

  type Stream = Awaited<ReturnType<typeof listen>>;
  const position = ({ heard }: Stream): string => [...heard.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
  const ids = ({ heard }: Stream): string[] =>
    [...heard.text.matchAll(/^data: (\[.*\])$/gm)].flatMap(([, json = '']) =>
      (JSON.parse(json) as FleetEvent[]).map(({ id }) => id),
    );
  const publish = (...given: string[]): void =>
    bus.publishEvents(given.map((id) => ({ topic: 'commands', id, version: 1 })));

  it('deliver what was published and asked for', async () => {
    const stream = await listen(`?topics=rollouts,commands&id=${NOWHERE}`);
    expect(stream.answer.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.answer.headers.get('x-content-type-options')).toBe('nosniff');
    bus.publishEvent({ topic: 'devices', id: NOWHERE, version: 1 });
    bus.publishEvent({ topic: 'rollouts', id: 'another', version: 2 });
    bus.publishEvent({ topic: 'rollouts', id: NOWHERE, version: 3 });
    const said = `event: rollouts\ndata: [{"topic":"rollouts","id":"${NOWHERE}","version":3}]\nid: `;
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

  it('tell who comes back to another copy exactly what was missed', async () => {
    const other = await api.startAnother();
    const before = await listen('?topics=commands');
    publish('a');
    await eventually(() => ids(before).includes('a'), { what: 'the event before the gap' });
    before.stop();
    for (let at = 0; at < 500; at += 1) publish(`missed-${at % 300}`);
    bus.publishEvent({ topic: 'rollouts', id: 'not asked for', version: 1 });
    const after = await listen('?topics=commands', position(before), other.url);
    publish('z');
    await eventually(() => ids(after).includes('z'), { what: 'the event after the gap' });
    expect(new Set(ids(after))).toEqual(new Set([...Array.from({ length: 300 }, (_, at) => `missed-${at}`), 'z']));
    expect(after.heard.text).not.toContain('event: reset');
    after.stop();
    await other.close();
  });

  it('lose nothing when the copy that is listened to goes away', async () => {
    const other = await api.startAnother();
    let stream = await listen('?topics=commands', undefined, other.url);
    const told = new Set<string>();
    for (let at = 0; at < 200; at += 1) {
      publish(`${at}`);
      if (at === 100) void other.close();
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (!stream.heard.ended) continue;
      ids(stream).forEach((id) => told.add(id));
      stream = await listen('?topics=commands', position(stream));
    }
    await eventually(() => ids(stream).includes('199'), { what: 'the last event' });
    ids(stream).forEach((id) => told.add(id));
    expect([...told].sort()).toEqual(Array.from({ length: 200 }, (_, at) => `${at}`).sort());
    stream.stop();
  });

  it.each(['0-1', '1-1-1', 'of another fleet', '99999999999999-0'])(
    'tell who comes back with %p to read everything',
    async (after) => {
      const stream = await listen('?topics=commands', after);
      await eventually(() => stream.heard.text.includes('event: reset\n'), { what: 'the reset' });
      expect(ids(stream)).toEqual([]);
      stream.stop();
    },
  );

  it('tell everybody to read everything when Redis was emptied, and go on', async () => {
    const [stays, leaves] = [await listen('?topics=commands'), await listen('?topics=commands')];
    leaves.stop();
    await api.stores.cleanup();
    const back = await listen('?topics=commands', position(leaves));
    for (const stream of [stays, back])
      await eventually(() => stream.heard.text.includes('event: reset\n'), { what: 'the reset' });
    publish('later');
    for (const stream of [stays, back])
      await eventually(() => ids(stream).includes('later'), { what: 'what came after' });
    stays.stop();
    back.stop();
  });

  it('tell everybody to read everything when a process could not say what moved', async () => {
    const stream = await listen('?topics=commands');
    redis.commands.disconnect();
    publish('unheard');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stream.heard.text).not.toContain('reset');
    await redis.commands.connect();
    await eventually(() => stream.heard.text.includes('event: reset\n'), { what: 'the reset' });
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
