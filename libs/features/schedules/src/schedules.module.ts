import { Module } from '@nestjs/common';
import { DevicesModule } from '@corefleet/features/devices';
import { RolloutsModule } from '@corefleet/features/rollouts';
import { FiltersInUse } from './filters-in-use';
import { OccurrencesModule } from './occurrences/occurrences.module';
import { SchedulesReadModel } from './schedules.read-model';
import { SchedulesService } from './schedules.service';

/** Needs `DueWork` in the same app: the API, as what comes of a schedule is ordered in the name of a person. */
@Module({
  imports: [DevicesModule, OccurrencesModule, RolloutsModule],
  providers: [SchedulesService, SchedulesReadModel, FiltersInUse],
  exports: [SchedulesService, SchedulesReadModel],
})
export class SchedulesModule {}
