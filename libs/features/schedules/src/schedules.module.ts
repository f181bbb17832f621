import { Module } from '@nestjs/common';
import { AccessModule } from '@corefleet/features/access';
import { AuditModule } from '@corefleet/features/audit';
import { DevicesModule } from '@corefleet/features/devices';
import { RolloutsModule } from '@corefleet/features/rollouts';
import { DueSchedules } from './due-schedules';
import { FiltersInUse } from './filters-in-use';
import { SchedulesReadModel } from './schedules.read-model';
import { SchedulesService } from './schedules.service';
import { StartRollout } from './start-rollout';

/** Needs `DueWork` in the same app: the API, as what comes of a schedule is ordered in the name of a person. */
@Module({
  imports: [AccessModule, AuditModule, DevicesModule, RolloutsModule],
  providers: [SchedulesService, SchedulesReadModel, DueSchedules, FiltersInUse, StartRollout],
  exports: [SchedulesService, SchedulesReadModel, StartRollout],
})
export class SchedulesModule {}
