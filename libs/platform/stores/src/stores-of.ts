import type { DynamicModule, Type } from '@nestjs/common';
import { Clock, ClockModule } from '@corefleet/platform/clock';
import type { storeSettings } from '@corefleet/platform/config';
import { DatabaseModule } from '@corefleet/platform/database';
import type { Logger } from '@corefleet/platform/logger';
import { QueueModule } from '@corefleet/platform/queue';
import { RedisModule } from '@corefleet/platform/redis';
import type { z } from 'zod';
import { PoolMetricsModule } from './pool-metrics.module';

type StoreSettings = { [Name in keyof typeof storeSettings]: z.output<(typeof storeSettings)[Name]> };

/** What one process is, its queues, and whether it works on any of them or adds to them only. */
interface ProcessStores {
  /** Which of the four it is, for the metrics of its connections. */
  readonly part: 'api' | 'gateway' | 'worker' | 'signer';
  readonly queues: readonly string[];
  readonly works: boolean;
}

/**
 * What every server process is built on: clock, Postgres, Redis and its queues, each made once for the process.
 * @param clock the real one, unless a test has time pass as it wants
 */
export function storesOf(
  settings: StoreSettings,
  { part, ...queues }: ProcessStores,
  logger: Logger,
  clock = new Clock(),
): (Type | DynamicModule)[] {
  const { COREFLEET_REDIS_URL: url, COREFLEET_REDIS_PREFIX: prefix } = settings;
  const { COREFLEET_DATABASE_URL, COREFLEET_DATABASE_CONNECTIONS: connections } = settings;
  return [
    ClockModule.for(clock),
    DatabaseModule.for({ url: COREFLEET_DATABASE_URL, connections, logger }),
    RedisModule.for({ url, prefix, logger }),
    QueueModule.for({ redisUrl: url, prefix, ...queues }),
    PoolMetricsModule.for(part),
  ];
}
