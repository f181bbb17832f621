export { Clock, Ids, idOf } from './clock';
export { ClockModule } from './clock.module';
