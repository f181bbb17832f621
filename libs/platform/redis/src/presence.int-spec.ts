import { createLogger } from '@corefleet/platform/logger';
import { testRedis } from '@corefleet/testing/redis';
import { Presence } from './presence';
import { RedisConnections } from './redis-connections';

const stores = testRedis();
const redis = new RedisConnections(stores.url, stores.prefix, createLogger('test', 'silent'));
const presence = new Presence(redis);

beforeAll(() => redis.ready());

afterAll(async () => {
  redis.close();
  await stores.cleanup();
});

describe('Presence', () => {
  it('is given back by the gateway that holds the link', async () => {
    await presence.hold('one', ['a', 'b']);
    await presence.release('one', ['a', 'never-held']);
    expect(await presence.gateways(['a', 'b'])).toEqual(new Map([['b', 'one']]));
  });

  it('is not taken from a gateway that takes the link over in the same moment', async () => {
    await presence.hold('one', ['c']);
    await Promise.all([presence.release('one', ['c']), presence.hold('two', ['c'])]);
    expect(await presence.gateways(['c'])).toEqual(new Map([['c', 'two']]));
  });
});
