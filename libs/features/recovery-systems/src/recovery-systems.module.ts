import { Module } from '@nestjs/common';
import { DevicesModule } from '@corefleet/features/devices';
import { ValidationSetsReadModel } from '@corefleet/features/validation-sets';
import { RecoverySystemPlanner } from './recovery-system.planner';
import { RecoverySystemsReadModel } from './recovery-systems.read-model';

/** Recovery systems of devices: whose they are, how far behind they are, and what new ones take. */
@Module({
  imports: [DevicesModule],
  providers: [RecoverySystemsReadModel, RecoverySystemPlanner, ValidationSetsReadModel],
  exports: [RecoverySystemsReadModel, RecoverySystemPlanner],
})
export class RecoverySystemsModule {}
