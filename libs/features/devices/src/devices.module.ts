import { Module } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { DeviceFilters } from './device-filters';
import { FilterUsers } from './groups/filter-users';
import { GroupsService } from './groups/groups.service';
import { DevicesService } from './devices.service';

@Module({
  imports: [AuditModule],
  providers: [DeviceFilters, DevicesService, FilterUsers, GroupsService],
  exports: [DeviceFilters, DevicesService, FilterUsers, GroupsService],
})
export class DevicesModule {}
