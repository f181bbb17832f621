import { Module } from '@nestjs/common';
import { AccessModule } from '@corefleet/features/access';
import { AuditModule } from '@corefleet/features/audit';
import { DevicesModule } from '@corefleet/features/devices';
import { RolloutsModule } from '@corefleet/features/rollouts';
import { DuePolicies } from './due-policies';
import { FiltersInUse } from './filters-in-use';
import { RecoveryPoliciesReadModel } from './recovery-policies.read-model';
import { RecoveryPoliciesService } from './recovery-policies.service';
import { StartPolicy } from './start-policy';

/** Needs `DueWork` in the same app: the API, as what comes of a policy is ordered in the name of a person. */
@Module({
  imports: [AccessModule, AuditModule, DevicesModule, RolloutsModule],
  providers: [RecoveryPoliciesService, RecoveryPoliciesReadModel, DuePolicies, FiltersInUse, StartPolicy],
  exports: [RecoveryPoliciesService, RecoveryPoliciesReadModel, StartPolicy],
})
export class RecoveryPoliciesModule {}
