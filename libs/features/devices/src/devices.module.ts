import { Module } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { DeviceFilters } from './device-filters';
import { GroupsService } from './groups/groups.service';
import { DevicesService } from './devices.service';

@Module({
  imports: [AuditModule],
  providers: [DeviceFilters, DevicesService, GroupsService],
  exports: [DeviceFilters, DevicesService, GroupsService],
})
export class DevicesModule {}
