import { Module, type DynamicModule } from '@nestjs/common';
import { CommandNudges } from '@corefleet/features/commands';
import { ClockModule } from '@corefleet/platform/clock';
import { DatabaseModule } from '@corefleet/platform/database';
import type { Logger } from '@corefleet/platform/logger';
import { COMMANDS_QUEUE, QueueModule, SIGNING_QUEUE } from '@corefleet/platform/queue';
import { RedisModule } from '@corefleet/platform/redis';
import { CommandsProcessor } from './commands.processor';
import type { SignerConfig } from './config';
import { SigningKey } from './signing-key';
import { TimeProcessor } from './time.processor';

@Module({})
export class SignerModule {
  static for(config: SignerConfig, key: SigningKey, logger: Logger): DynamicModule {
    const { COREFLEET_REDIS_URL: redisUrl, COREFLEET_REDIS_PREFIX: prefix } = config;
    return {
      module: SignerModule,
      imports: [
        ClockModule,
        DatabaseModule.for({
          url: config.COREFLEET_DATABASE_URL,
          connections: config.COREFLEET_DATABASE_CONNECTIONS,
          logger,
        }),
        RedisModule.for({ url: redisUrl, prefix, logger }),
        QueueModule.for({ redisUrl, prefix, queues: [COMMANDS_QUEUE, SIGNING_QUEUE], works: true }),
      ],
      providers: [CommandsProcessor, TimeProcessor, CommandNudges, { provide: SigningKey, useValue: key }],
    };
  }
}
