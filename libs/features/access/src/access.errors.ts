import { FleetError } from '@corefleet/platform/errors';

/** Too many tries within the window: come back later. */
export class TooManyAttemptsError extends FleetError {
  readonly code = 'too-many-attempts';

  /**
   * @param retryAfterSeconds when the window ends
   * @param first whether this is the attempt that met the limit, and not one of those after it
   */
  constructor(
    what: string,
    readonly retryAfterSeconds: number,
    readonly first: boolean,
  ) {
    super(`cannot ${what}: too many attempts, try again in ${retryAfterSeconds} s`);
  }
}

/** Attempts cannot be counted because Redis is away: nobody is let through uncounted. */
export class AttemptsUncountedError extends FleetError {
  readonly code = 'unavailable';

  constructor(what: string, cause: unknown) {
    super(`cannot ${what}: attempts cannot be counted because Redis does not answer`, { cause });
  }
}
