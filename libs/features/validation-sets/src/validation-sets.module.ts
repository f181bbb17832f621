import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { DevicesModule } from '@corefleet/features/devices';
import { ReadsModule } from '@corefleet/features/reads';
import { AssertionImport } from './assertion-import.service';
import { ComplianceReadModel } from './compliance/compliance.read-model';
import { DeviceAssertions } from './device-assertions.service';
import { readTrust, TRUST, type ValidationSetsOptions } from './trusted-assertions';
import { ValidationSetsReadModel } from './validation-sets.read-model';
import { ValidationSetsService } from './validation-sets.service';

const SERVICES = [
  AssertionImport,
  DeviceAssertions,
  ValidationSetsService,
  ValidationSetsReadModel,
  ComplianceReadModel,
];

/** Validation sets as they were imported. The process does not start when it cannot read whom to trust. */
@Module({})
export class ValidationSetsModule {
  static for(options: ValidationSetsOptions): DynamicModule {
    return {
      module: ValidationSetsModule,
      imports: [AuditModule, DevicesModule, ReadsModule],
      providers: [{ provide: TRUST, useFactory: () => readTrust(options) }, ...SERVICES],
      exports: SERVICES,
    };
  }
}
