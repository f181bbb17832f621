import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@corefleet/platform/logger';
import { RedisConnections } from '@corefleet/platform/redis';
import { testRedis } from '@corefleet/testing/redis';
import { ReadLimits, type ReadLimit } from './read-limits';
import { ReadsUnavailableError, TooManyReadsError } from './reads.errors';

const silent = createLogger('test', 'silent');
const stores = testRedis();
const redis = new RedisConnections(stores.url, stores.prefix, silent);
const limits = new ReadLimits(redis);
const limit: ReadLimit = { what: 'read', perDevice: 2, perPerson: 3, leaseMs: 60_000 };

beforeAll(() => redis.ready());

afterAll(async () => {
  redis.close();
  await stores.cleanup();
});

describe('reads under way', () => {
  it('are bounded for each device, also when many come at once', async () => {
    const asked = Array.from({ length: 6 }, (_, at) => limits.take(limit, `a${at}`, 'one', `ann${at}`));
    const settled = await Promise.allSettled(asked);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const reasons = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
    expect(reasons.every((reason) => reason instanceof TooManyReadsError)).toBe(true);
    expect(reasons[0]?.message).toBe('cannot begin another read: 2 of device "one" are under way');
  });

  it('are bounded for each person over all devices, and make room when they end', async () => {
    const [first] = [await limits.take(limit, 'b1', 'b1', 'bob'), await limits.take(limit, 'b2', 'b2', 'bob')];
    await limits.take(limit, 'b3', 'b3', 'bob');
    await expect(limits.take(limit, 'b4', 'b4', 'bob')).rejects.toThrow('you have 3 under way');
    await first.release();
    await limits.take(limit, 'b4', 'b4', 'bob');
  });

  it('are forgotten after their lease, unless it is renewed', async () => {
    const short = { ...limit, perDevice: 1, leaseMs: 200 };
    const renewed = await limits.take(short, 'c1', 'c1', 'carol');
    await limits.take(short, 'd1', 'd1', 'carol');
    await sleep(120);
    await renewed.renew();
    await sleep(120);
    await expect(limits.take(short, 'c2', 'c1', 'carol')).rejects.toThrow(TooManyReadsError);
    await limits.take(short, 'd2', 'd1', 'carol');
  });

  it('begin not uncounted while Redis is away', async () => {
    const away = new RedisConnections('redis://127.0.0.1:1', 'away', silent);
    await expect(new ReadLimits(away).take(limit, 'e', 'e', 'eve')).rejects.toThrow(ReadsUnavailableError);
    away.close();
  });
});
