import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { testEnvironment } from '../environment';

export interface TestRedis {
  readonly url: string;
  /** Begins every key of this test file; ends with a colon-free letter, as BullMQ wants it. */
  readonly prefix: string;
  /** Removes the keys under the prefix. */
  cleanup(): Promise<void>;
}

const SCAN_COUNT = 1000;

/** The shared test Redis and a prefix nobody else uses: call it once for a file and clean up in `afterAll`. */
export function testRedis(): TestRedis {
  const url = testEnvironment('COREFLEET_TEST_REDIS_URL');
  const prefix = `test_${randomUUID().replaceAll('-', '')}`;
  return { url, prefix, cleanup: () => removeKeys(url, prefix) };
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: SCAN_COUNT })) {
      if (keys.length > 0) await redis.unlink(...keys);
    }
  } finally {
    await redis.quit();
  }
}
