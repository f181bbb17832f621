import { Module } from '@nestjs/common';
import { AccessModule } from '@corefleet/features/access';
import { AuditModule } from '@corefleet/features/audit';
import { RolloutsModule } from '@corefleet/features/rollouts';
import { DueMaking } from './due-making';
import { Occurrences } from './occurrences';
import { OccurringActs } from './occurring-acts';
import { RolloutKinds } from './rollout-kinds';

/** What makes rollouts, and other things, at the occurrences of rows, for the features that have such rows. */
@Module({
  imports: [AccessModule, AuditModule, RolloutsModule],
  providers: [DueMaking, Occurrences, OccurringActs, RolloutKinds],
  exports: [Occurrences, OccurringActs, RolloutKinds],
})
export class OccurrencesModule {}
