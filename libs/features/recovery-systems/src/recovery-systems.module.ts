import { Module } from '@nestjs/common';
import { DevicesModule } from '@corefleet/features/devices';
import { RecoverySystemsReadModel } from './recovery-systems.read-model';

/** Recovery systems of devices: whose they are, how far behind they are. */
@Module({
  imports: [DevicesModule],
  providers: [RecoverySystemsReadModel],
  exports: [RecoverySystemsReadModel],
})
export class RecoverySystemsModule {}
