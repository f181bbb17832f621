import { Module } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { AccessService } from './access.service';
import { AttemptCounter } from './attempt-counter';
import { SetupService } from './setup.service';
import { TokensService } from './tokens.service';

/** Needs a global `Database` and `RedisConnections`. */
@Module({
  imports: [AuditModule],
  providers: [AccessService, SetupService, TokensService, AttemptCounter, Clock, Ids],
  exports: [AccessService, SetupService, TokensService, AttemptCounter],
})
export class AccessModule {}
