export { DevicesModule } from './devices.module';
export { DevicesService } from './devices.service';
export type { DevicePage, DeviceView } from './device-view';
export { FilterError, parseFilter } from './filter';
export type { FilterTerm } from './filter';
