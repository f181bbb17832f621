import { Module, type DynamicModule } from '@nestjs/common';
import { CommandNudges, CommandsModule } from '@corefleet/features/commands';
import { RolloutsModule } from '@corefleet/features/rollouts';
import { ClockModule } from '@corefleet/platform/clock';
import { DatabaseModule } from '@corefleet/platform/database';
import type { Logger } from '@corefleet/platform/logger';
import { COMMANDS_QUEUE, QueueModule, ROLLOUTS_QUEUE } from '@corefleet/platform/queue';
import { RedisModule } from '@corefleet/platform/redis';
import type { WorkerConfig } from './config';
import { ReportFolder } from './report-folder';
import { RolloutsProcessor } from './rollouts.processor';
import { SWEEP_MS, Sweeper } from './sweeper';

@Module({})
export class WorkerModule {
  static for(config: WorkerConfig, logger: Logger): DynamicModule {
    const { COREFLEET_REDIS_URL: redisUrl, COREFLEET_REDIS_PREFIX: prefix } = config;
    const queues = QueueModule.for({
      redisUrl,
      prefix,
      queues: [COMMANDS_QUEUE, ROLLOUTS_QUEUE],
      works: true,
    });
    return {
      module: WorkerModule,
      imports: [
        ClockModule,
        DatabaseModule.for({
          url: config.COREFLEET_DATABASE_URL,
          connections: config.COREFLEET_DATABASE_CONNECTIONS,
          logger,
        }),
        RedisModule.for({ url: redisUrl, prefix, logger }),
        queues,
        CommandsModule,
        RolloutsModule,
      ],
      providers: [
        RolloutsProcessor,
        ReportFolder,
        CommandNudges,
        Sweeper,
        { provide: SWEEP_MS, useValue: config.COREFLEET_SWEEP_MS },
      ],
    };
  }
}
