import { Module } from '@nestjs/common';
import { AccessModule } from '@corefleet/features/access';
import { AuditModule } from '@corefleet/features/audit';
import { RolloutsModule } from '@corefleet/features/rollouts';
import { DueRollouts } from './due-rollouts';
import { Occurrences } from './occurrences';
import { OccurringActs } from './occurring-acts';

/** What makes rollouts at the occurrences of rows, for the features that have such rows. */
@Module({
  imports: [AccessModule, AuditModule, RolloutsModule],
  providers: [DueRollouts, Occurrences, OccurringActs],
  exports: [Occurrences, OccurringActs],
})
export class OccurrencesModule {}
