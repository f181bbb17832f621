import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { Admission } from './admission';
import { ENROLMENT_OPTIONS, type EnrolmentOptions } from './enrolment-options';
import { EnrolmentTokensService } from './enrolment-tokens.service';
import { EnrolmentService } from './enrolment.service';

export { ENROLMENT_OPTIONS, type EnrolmentOptions } from './enrolment-options';

@Module({})
export class EnrolmentModule {
  static for(options: EnrolmentOptions): DynamicModule {
    return {
      module: EnrolmentModule,
      imports: [AuditModule],
      providers: [
        { provide: ENROLMENT_OPTIONS, useValue: options },
        Admission,
        EnrolmentService,
        EnrolmentTokensService,
      ],
      exports: [EnrolmentService, EnrolmentTokensService],
    };
  }
}
