import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { CommandsModule } from '@corefleet/features/commands';
import { DevicesModule } from '@corefleet/features/devices';
import { ActPerformer } from './act-performer';
import { ApprovalsService } from './approvals.service';
import { RolloutChanges } from './rollout-changes.service';
import { RolloutPlans } from './rollout-plans';
import { FiltersInUse } from './filters-in-use';
import { LateJoiners } from './late-joiners';
import { LimitsService } from './limits.service';
import { PenaltiesService } from './penalties.service';
import { NamedRollouts } from './named-rollouts';
import { PLANNERS, type Planner } from './planner';
import { RolloutJobs } from './rollout-jobs';
import { RolloutPlanning } from './rollout-planning';
import { RolloutReconciler } from './rollout-reconciler';
import { RolloutSteering } from './rollout-steering.service';
import { RolloutsReadModel } from './rollouts.read-model';
import { RolloutsService } from './rollouts.service';
import { StepsPlanner } from './steps-planner';
import { TargetsReadModel } from './targets.read-model';

const PEOPLES_SIDE = [
  ...[RolloutsService, RolloutSteering, RolloutChanges, ApprovalsService, LateJoiners, LimitsService, PenaltiesService],
  ...[RolloutPlanning, RolloutPlans, RolloutsReadModel, TargetsReadModel, NamedRollouts],
];

/** Needs the queues `commands` and `rollouts` registered in the same app. */
@Module({
  imports: [AuditModule, CommandsModule, DevicesModule],
  providers: [...PEOPLES_SIDE, ActPerformer, FiltersInUse, StepsPlanner, RolloutJobs, RolloutReconciler],
  exports: [...PEOPLES_SIDE, RolloutJobs, RolloutReconciler],
})
export class RolloutsModule {}

/** What other features plan for rollouts, for the whole app that imports it. */
@Global()
@Module({})
export class PlannersModule {
  /** @param planners each exported by the module beside it */
  static for(...planners: readonly { readonly module: Type; readonly planner: Type<Planner> }[]): DynamicModule {
    return {
      module: PlannersModule,
      imports: planners.map(({ module }) => module),
      providers: [
        {
          provide: PLANNERS,
          useFactory: (...made: Planner[]): Planner[] => made,
          inject: planners.map(({ planner }) => planner),
        },
      ],
      exports: [PLANNERS],
    };
  }
}
