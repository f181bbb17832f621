import { BullModule } from '@nestjs/bullmq';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { repeatStrategy } from './repeat-strategy';

/** Failed jobs are kept for a person to look at, up to this many for each queue. */
const KEPT_FAILURES = 1_000;

/**
 * BullMQ for one process: `queues` are those it adds to or works on.
 * A producer fails at once while Redis is away (its rows are written, the sweep nudges again); a worker waits for it.
 */
@Global()
@Module({})
export class QueueModule {
  static for(options: { redisUrl: string; prefix: string; queues: readonly string[]; works: boolean }): DynamicModule {
    const root = BullModule.forRoot({
      connection: { url: options.redisUrl, maxRetriesPerRequest: null, enableOfflineQueue: options.works },
      prefix: `${options.prefix}:queue`,
      settings: { repeatStrategy },
      defaultJobOptions: {
        removeOnComplete: true,
        removeOnFail: { count: KEPT_FAILURES },
        attempts: 5,
        backoff: { type: 'exponential', delay: 200, jitter: 0.5 },
      },
    });
    const registered = BullModule.registerQueue(...options.queues.map((name) => ({ name })));
    return { module: QueueModule, imports: [root, registered], exports: [registered] };
  }
}
