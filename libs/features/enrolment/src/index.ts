export { EnrolmentModule, ENROLMENT_OPTIONS } from './enrolment.module';
export type { EnrolmentOptions } from './enrolment.module';
export { EnrolmentService } from './enrolment.service';
export { EnrolmentTokensService } from './enrolment-tokens.service';
export type { EnrolmentTokenView } from './enrolment-tokens.service';
export { DeviceKnownError, EnrolmentTokenRefusedError, KeyUsedError } from './enrolment.errors';
