export { DevicesModule } from './devices.module';
export { DevicesService } from './devices.service';
export type { DevicePage, DeviceView } from './device-view';
export { DeviceFilters } from './device-filters';
export { FilterError } from './filter/filter-error';
export { parseFilter } from './filter/parse-filter';
