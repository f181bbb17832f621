import { Redis } from 'ioredis';
import { testRedis } from '.';

describe('the test Redis', () => {
  it('removes the keys of one file and leaves those of another', async () => {
    const [mine, other] = [testRedis(), testRedis()];
    const redis = new Redis(mine.url);
    try {
      await redis.mset(`${mine.prefix}:a`, '1', `${mine.prefix}:b`, '2', `${other.prefix}:a`, '3');
      await mine.cleanup();
      expect(await redis.keys(`${mine.prefix}*`)).toEqual([]);
      expect(await redis.get(`${other.prefix}:a`)).toBe('3');
    } finally {
      await other.cleanup();
      await redis.quit();
    }
  });

  it('never evicts, as BullMQ asks', async () => {
    const redis = new Redis(testRedis().url);
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    await redis.quit();
  });
});
