import type { SnapdRequest } from '@corefleet/snapd-client';

/**
 * Makes the errors of an in-process transport. Callers that tell errors apart by snapd-client's classes pass a set
 * that builds those; this library takes only types from there.
 */
export interface TransportErrors {
  /** @param mayHaveReachedSnapd false only when the connection was never made */
  unreachable(request: SnapdRequest, reason: string, mayHaveReachedSnapd: boolean): Error;
  timeout(request: SnapdRequest, timeoutMs: number, mayHaveReachedSnapd: boolean): Error;
  tooLarge(request: SnapdRequest, maxBytes: number): Error;
}

/** Errors with the codes and fields of snapd-client's, without its classes. */
export const plainErrors: TransportErrors = {
  unreachable: (request, reason, mayHaveReachedSnapd) =>
    Object.assign(new Error(`cannot reach snapd for ${request.method} ${request.path}: ${reason}`), {
      code: 'snapd-unreachable',
      reason,
      mayHaveReachedSnapd,
    }),
  timeout: (request, timeoutMs, mayHaveReachedSnapd) =>
    Object.assign(
      new Error(`cannot get an answer from snapd for ${request.method} ${request.path} within ${timeoutMs} ms`),
      { code: 'snapd-timeout', timeoutMs, mayHaveReachedSnapd },
    ),
  tooLarge: (request, maxBytes) =>
    Object.assign(
      new Error(`cannot read the answer to ${request.method} ${request.path}: it is larger than ${maxBytes} bytes`),
      { code: 'snapd-answer-too-large', maxBytes },
    ),
};
