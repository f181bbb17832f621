export interface EnrolmentOptions {
  /** http(s) address of the gateway, as devices reach it. */
  readonly gatewayUrl: string;
}

export const ENROLMENT_OPTIONS = Symbol('ENROLMENT_OPTIONS');
