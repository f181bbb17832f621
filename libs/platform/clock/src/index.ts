export { Clock, Ids } from './clock';
export { ClockModule } from './clock.module';
