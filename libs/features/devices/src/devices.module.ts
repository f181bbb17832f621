import { Module } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { DevicesService } from './devices.service';

@Module({ imports: [AuditModule], providers: [DevicesService], exports: [DevicesService] })
export class DevicesModule {}
