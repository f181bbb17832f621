import { Module } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { AccessService } from './access.service';
import { AttemptCounter } from './attempt-counter';
import { SetupService } from './setup.service';
import { TokensService } from './tokens.service';

/** Needs the global `Database`, `RedisConnections`, `Clock` and `Ids`. */
@Module({
  imports: [AuditModule],
  providers: [AccessService, SetupService, TokensService, AttemptCounter],
  exports: [AccessService, SetupService, TokensService, AttemptCounter],
})
export class AccessModule {}
