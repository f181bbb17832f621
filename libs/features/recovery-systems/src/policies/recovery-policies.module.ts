import { Module } from '@nestjs/common';
import { DevicesModule } from '@corefleet/features/devices';
import { RolloutsModule } from '@corefleet/features/rollouts';
import { OccurrencesModule } from '@corefleet/features/schedules';
import { FiltersInUse } from './filters-in-use';
import { RecoveryPoliciesReadModel } from './recovery-policies.read-model';
import { RecoveryPoliciesService } from './recovery-policies.service';

/** Needs `DueWork` in the same app: the API, as what comes of a policy is ordered in the name of a person. */
@Module({
  imports: [DevicesModule, OccurrencesModule, RolloutsModule],
  providers: [RecoveryPoliciesService, RecoveryPoliciesReadModel, FiltersInUse],
  exports: [RecoveryPoliciesService, RecoveryPoliciesReadModel],
})
export class RecoveryPoliciesModule {}
