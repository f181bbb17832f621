/** One field of a request that is wrong, and why, in the words the operator used. */
export interface FieldProblem {
  /** Dotted path into the request, e.g. `waves.0.percent`. */
  readonly field: string;
  readonly message: string;
}

/**
 * An error a caller can act on. `code` is stable and part of the API; the HTTP status is chosen in apps/api alone.
 * Messages start with "cannot", name the thing and carry no full stop.
 */
export abstract class FleetError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The named thing does not exist, or is not visible to who asks. */
export class NotFoundError extends FleetError {
  readonly code = 'not-found';

  constructor(
    readonly thing: string,
    readonly id: string,
  ) {
    super(`cannot find ${thing} "${id}"`);
  }
}

/** The request is malformed: every wrong field is listed at once. */
export class InvalidRequestError extends FleetError {
  readonly code: string = 'invalid-request';

  constructor(
    message: string,
    readonly problems: readonly FieldProblem[] = [],
  ) {
    super(message);
  }
}

/** The thing is in a state in which this cannot be done. */
export class ConflictError extends FleetError {
  readonly code = 'conflict';
}

/** Who asks is known and may not do this. */
export class RefusedError extends FleetError {
  readonly code = 'refused';
}

/** Who asks is not known: no credential, or one that is wrong, expired or revoked. */
export class UnauthenticatedError extends FleetError {
  readonly code = 'unauthenticated';
}
