import { Module, type DynamicModule } from '@nestjs/common';
import { CommandNudges } from '@corefleet/features/commands';
import type { Clock } from '@corefleet/platform/clock';
import type { Logger } from '@corefleet/platform/logger';
import { COMMANDS_QUEUE, SIGNING_QUEUE } from '@corefleet/platform/queue';
import { storesOf } from '@corefleet/platform/stores';
import { CommandsProcessor } from './commands.processor';
import type { SignerConfig } from './config';
import { SigningKey } from './signing-key';
import { TimeProcessor } from './time.processor';

@Module({})
export class SignerModule {
  static for(config: SignerConfig, key: SigningKey, logger: Logger, clock?: Clock): DynamicModule {
    return {
      module: SignerModule,
      imports: [...storesOf(config, { queues: [COMMANDS_QUEUE, SIGNING_QUEUE], works: true }, logger, clock)],
      providers: [CommandsProcessor, TimeProcessor, CommandNudges, { provide: SigningKey, useValue: key }],
    };
  }
}
