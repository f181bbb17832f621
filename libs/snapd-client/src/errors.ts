import type { Maintenance } from './envelope';

/** Which request an error is about. The body is left out: it may hold secrets. */
export interface RequestSummary {
  method: string;
  path: string;
}

/** Base of everything this library throws on purpose. Decide on `code` or on the class. */
export abstract class SnapdClientError extends Error {
  abstract readonly code: string;

  constructor(
    message: string,
    readonly request: RequestSummary,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What snapd said when it refused; see `SnapdError`. */
export interface SnapdRefusal {
  status: number;
  message: string;
  kind?: string;
  value?: unknown;
  maintenance?: Maintenance;
}

/**
 * snapd answered and refused. `message`, `kind` and `value` are snapd's, unchanged; `kind` is absent for most
 * validation errors, there only the text tells (snapd client/errors.go lists the kinds).
 */
export class SnapdError extends SnapdClientError {
  readonly code = 'snapd-error';
  readonly status: number;
  readonly kind: string | undefined;
  readonly value: unknown;
  /** Set while snapd is about to restart itself or the system. */
  readonly maintenance: Maintenance | undefined;

  constructor(refusal: SnapdRefusal, request: RequestSummary) {
    super(refusal.message, request);
    this.status = refusal.status;
    this.kind = refusal.kind;
    this.value = refusal.value;
    this.maintenance = refusal.maintenance;
  }
}

/** No answer came: nobody listens (ENOENT, ECONNREFUSED) or the connection was cut (ECONNRESET, EPIPE). */
export class SnapdUnreachableError extends SnapdClientError {
  readonly code = 'snapd-unreachable';

  constructor(
    request: RequestSummary,
    /** System error code, e.g. `ENOENT`, or `closed` when the transport was closed. */
    readonly reason: string,
    /** False only when the connection was never made, so that snapd cannot have seen the request. */
    readonly mayHaveReachedSnapd: boolean,
    options?: ErrorOptions,
  ) {
    super(`cannot reach snapd for ${request.method} ${request.path}: ${reason}`, request, options);
  }
}

/** snapd did not answer in time. snapd itself may hold a POST for 32 s while its store is down. */
export class SnapdTimeoutError extends SnapdClientError {
  readonly code = 'snapd-timeout';

  constructor(
    request: RequestSummary,
    readonly timeoutMs: number,
    /** False only when the connection was never made. */
    readonly mayHaveReachedSnapd: boolean,
  ) {
    super(`cannot get an answer from snapd for ${request.method} ${request.path} within ${timeoutMs} ms`, request);
  }
}

/** The answer is not one snapd gives: not HTTP, not JSON, not its envelope, or rows without their identity. */
export class SnapdGarbageError extends SnapdClientError {
  readonly code = 'snapd-garbage';

  constructor(
    request: RequestSummary,
    /** What is wrong with the answer. */
    readonly detail: string,
    /** HTTP status, when there was one. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(`cannot understand the answer to ${request.method} ${request.path}: ${detail}`, request, options);
  }
}

/** The answer is larger than the caller allows. */
export class SnapdAnswerTooLargeError extends SnapdClientError {
  readonly code = 'snapd-answer-too-large';

  constructor(
    request: RequestSummary,
    readonly maxBytes: number,
  ) {
    super(`cannot read the answer to ${request.method} ${request.path}: it is larger than ${maxBytes} bytes`, request);
  }
}

/**
 * The body could not be produced (file missing, download broken). It was cut before its end, and snapd acts on an
 * upload only after reading the whole form, so nothing was started.
 */
export class SnapdUploadError extends SnapdClientError {
  readonly code = 'snapd-upload-failed';

  constructor(request: RequestSummary, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`cannot send the body of ${request.method} ${request.path}: ${why}`, request, { cause });
  }
}

/** The request makes no sense and was not sent. */
export class SnapdRequestError extends SnapdClientError {
  readonly code = 'snapd-bad-request';
}

/**
 * Whether a request that failed with `error` may nevertheless have been carried out. Only then must a caller look at
 * snapd's changes before it sends a non-idempotent request again. Errors of unknown origin (an abort, say) count as
 * unknown.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof SnapdUnreachableError || error instanceof SnapdTimeoutError) return error.mayHaveReachedSnapd;
  return !(error instanceof SnapdError || error instanceof SnapdUploadError || error instanceof SnapdRequestError);
}

// snapd overlord/snapstate/conflict.go and overlord/servicestate: the kinds that mean "later".
const conflictKinds = new Set(['snap-change-conflict', 'quota-change-conflict']);

// snapd daemon/api_systems.go reports the same conflict as a 500 without kind when it concerns a recovery system.
const conflictText = /(no other changes allowed until this is done|not allowed until they are done)$/;

/**
 * Whether snapd refused because other changes are in progress: worth trying again later, nothing was started.
 * Covers the kinds, the 409 without kind of /v2/apps and the 500 without kind of recovery systems.
 */
export function isChangeConflict(error: unknown): error is SnapdError {
  if (!(error instanceof SnapdError)) return false;
  return (
    conflictKinds.has(error.kind ?? '') || (!error.kind && (error.status === 409 || conflictText.test(error.message)))
  );
}

/**
 * Whether a long-poll ended because snapd is shutting down. Poll again only after a pause: during the 3 s until the
 * socket closes every new one is cancelled at once (snapd daemon/daemon.go, Stop).
 */
export function isRequestCanceled(error: unknown): error is SnapdError {
  return error instanceof SnapdError && error.status === 500 && error.message === 'request canceled';
}
