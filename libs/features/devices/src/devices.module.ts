import { Module } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { DeviceFilters } from './device-filters';
import { DevicesService } from './devices.service';

@Module({ imports: [AuditModule], providers: [DeviceFilters, DevicesService], exports: [DevicesService] })
export class DevicesModule {}
