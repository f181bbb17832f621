export { SchedulesModule } from './schedules.module';
export { SchedulesReadModel } from './schedules.read-model';
export { SchedulesService } from './schedules.service';
export { StartRollout } from './start-rollout';
export type { SchedulePage, ScheduleView } from './schedule-view';
