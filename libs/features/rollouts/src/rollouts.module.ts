import { Module } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { CommandsModule } from '@corefleet/features/commands';
import { DevicesModule } from '@corefleet/features/devices';
import { RolloutJobs } from './rollout-jobs';
import { RolloutReconciler } from './rollout-reconciler';
import { RolloutsReadModel } from './rollouts.read-model';
import { RolloutsService } from './rollouts.service';

/** Needs the queues `commands` and `rollouts` registered in the same app. */
@Module({
  imports: [AuditModule, CommandsModule, DevicesModule],
  providers: [RolloutsService, RolloutsReadModel, RolloutJobs, RolloutReconciler],
  exports: [RolloutsService, RolloutsReadModel, RolloutJobs, RolloutReconciler],
})
export class RolloutsModule {}
