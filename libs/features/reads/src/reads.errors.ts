import { FleetError } from '@corefleet/platform/errors';

/** No gateway holds the device's link: nothing can be asked of it now. */
export class DeviceOfflineError extends FleetError {
  readonly code = 'device-offline';
}

/** Nobody's orders reach the device: its enrolment has ended. */
export class DeviceNotEnrolledError extends FleetError {
  readonly code = 'device-not-enrolled';
}

/** Who asks, or the device, has as many reads under way as may be. */
export class TooManyReadsError extends FleetError {
  readonly code = 'too-many-reads';
}

/** What is needed to carry on does not answer. */
export class ReadsUnavailableError extends FleetError {
  readonly code = 'unavailable';
}

/** Who asked is gone before the answer came. */
export class AskerGoneError extends FleetError {
  readonly code = 'asker-gone';
}

/** A read that was issued and has no result. */
export abstract class ReadEndedError extends FleetError {
  constructor(
    message: string,
    readonly commandId: string,
  ) {
    super(message);
  }
}

/** snapd's refusal: its message, kind and value unchanged. */
export class SnapdRefusedError extends ReadEndedError {
  readonly code = 'snapd-refused';

  constructor(
    commandId: string,
    readonly refusal: {
      readonly message: string;
      /** HTTP status of snapd's answer; null from an agent that does not tell. */
      readonly snapdStatus: number | null;
      readonly snapdKind: string | null;
      /** null where there is none. */
      readonly snapdValue: unknown;
    },
  ) {
    super(refusal.message, commandId);
  }
}

/** What snapd said fits in no frame of the link. */
export class AnswerTooLargeError extends ReadEndedError {
  readonly code = 'answer-too-large';
}

/** The device did not answer in time. */
export class ReadTimedOutError extends ReadEndedError {
  readonly code = 'read-timed-out';
}

/** The agent or the signer did not let it come to snapd. */
export class DeviceRefusedError extends ReadEndedError {
  readonly code = 'device-refused';
}

/** It came to snapd, or nearly, and failed there. */
export class ReadFailedError extends ReadEndedError {
  readonly code = 'read-failed';
}
