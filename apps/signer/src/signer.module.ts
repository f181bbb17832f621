import { Module, type DynamicModule } from '@nestjs/common';
import { AuditLogService, AuditSealer, CheckpointFiles } from '@corefleet/features/audit';
import { CommandNudges } from '@corefleet/features/commands';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import type { Logger } from '@corefleet/platform/logger';
import { COMMANDS_QUEUE, SIGNING_QUEUE } from '@corefleet/platform/queue';
import { storesOf } from '@corefleet/platform/stores';
import { AuditRounds, SEAL_MS } from './audit-rounds';
import { CommandsProcessor } from './commands.processor';
import type { SignerConfig } from './config';
import { SigningKey } from './signing-key';
import { TimeProcessor } from './time.processor';

/** The two keys of the process: commands are signed with one, checkpoints of the audit with the other. */
export interface SignerKeys {
  readonly commands: SigningKey;
  readonly audit: SigningKey;
}

@Module({})
export class SignerModule {
  static for(config: SignerConfig, keys: SignerKeys, logger: Logger, clock?: Clock): DynamicModule {
    const files = new CheckpointFiles(config.COREFLEET_CHECKPOINTS_DIR);
    return {
      module: SignerModule,
      imports: [
        ...storesOf(config, { part: 'signer', queues: [COMMANDS_QUEUE, SIGNING_QUEUE], works: true }, logger, clock),
      ],
      providers: [
        ...[CommandsProcessor, TimeProcessor, CommandNudges, { provide: SigningKey, useValue: keys.commands }],
        ...[AuditRounds, AuditLogService, { provide: SEAL_MS, useValue: config.COREFLEET_SEAL_MS }],
        {
          provide: AuditSealer,
          inject: [Database, Clock],
          useFactory: (database: Database, time: Clock) => new AuditSealer(database, files, keys.audit, time),
        },
      ],
    };
  }
}
