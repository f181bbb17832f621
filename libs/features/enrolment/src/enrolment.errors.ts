import { FleetError } from '@corefleet/platform/errors';

/** The token is unknown, expired, revoked or used up: which of them is said to the audit, not to who asks. */
export class EnrolmentTokenRefusedError extends FleetError {
  readonly code = 'enrolment-token-refused';

  constructor() {
    super('cannot enrol: the enrolment token is not valid');
  }
}

/** A new key that nobody expects claims the serial of a device that has one: the incumbent keeps working. */
export class DeviceKnownError extends FleetError {
  readonly code = 'device-known';

  constructor(readonly serial: string) {
    super(
      `cannot enrol: device with serial "${serial}" is enrolled with another key, allow its re-enrolment or revoke it first`,
    );
  }
}

/** The key was enrolled before and that enrolment has ended: a device that joins again makes a new key. */
export class KeyUsedError extends FleetError {
  readonly code = 'key-used';

  constructor() {
    super('cannot enrol: this key was enrolled before and has been retired, join with a new key');
  }
}
