import { Module, type DynamicModule } from '@nestjs/common';
import { ClockModule } from '@corefleet/platform/clock';
import { DatabaseModule } from '@corefleet/platform/database';
import type { Logger } from '@corefleet/platform/logger';
import { QueueModule, SIGNING_QUEUE } from '@corefleet/platform/queue';
import type { SignerConfig } from './config';
import { SigningKey } from './signing-key';
import { SigningProcessor } from './signing.processor';

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
        QueueModule.for({ redisUrl, prefix, queues: [SIGNING_QUEUE], works: true }),
      ],
      providers: [SigningProcessor, { provide: SigningKey, useValue: key }],
    };
  }
}
