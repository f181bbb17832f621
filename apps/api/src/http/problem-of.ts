import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import type { Problem } from '@corefleet/contracts/http';
import { FilterError } from '@corefleet/features/devices';
import { ReadEndedError, SnapdRefusedError } from '@corefleet/features/reads';
import { FleetError, InvalidRequestError } from '@corefleet/platform/errors';

/** The HTTP status of each code an error of ours may carry: the one place that knows both. */
const STATUS: Readonly<Record<string, number>> = {
  'invalid-request': 400,
  'bad-filter': 400,
  unauthenticated: 401,
  refused: 403,
  'enrolment-token-refused': 403,
  'not-found': 404,
  conflict: 409,
  'device-known': 409,
  'key-used': 409,
  'artifact-bytes-missing': 410,
  'artifact-too-large': 413,
  'unsupported-media-type': 415,
  'device-offline': 503,
  'device-not-enrolled': 409,
  'device-refused': 409,
  'too-many-reads': 429,
  'too-many-reports': 429,
  'answer-too-large': 422,
  'reader-gone': 499,
  'read-failed': 502,
  'read-timed-out': 504,
  'too-many-attempts': 429,
  unavailable: 503,
  'storage-full': 507,
};
/** For a code that has no status yet: the caller can act on it, so it is not ours. */
const OTHER_STATUS = 400;

/** Codes of what the server itself refuses before a handler runs. */
const CODE: Readonly<Record<number, string>> = {
  400: 'unreadable-request',
  404: 'not-found',
  408: 'request-timeout',
  413: 'body-too-large',
  414: 'address-too-long',
  415: 'unsupported-media-type',
  431: 'headers-too-large',
};

/**
 * What a client is told of an error.
 * @returns undefined for an error that is ours to repair: the client must not see more than that it happened
 */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof FleetError) {
    const status = error instanceof SnapdRefusedError ? statusOfRefusal(error) : STATUS[error.code];
    return {
      ...problem(status ?? OTHER_STATUS, error.code, error.message),
      ...(error instanceof InvalidRequestError && error.problems.length > 0 && { problems: [...error.problems] }),
      ...(error instanceof FilterError && { position: error.position }),
      ...(error instanceof ReadEndedError && { command: error.commandId }),
      ...(error instanceof SnapdRefusedError && wordsOfSnapd(error)),
    };
  }
  const status = error instanceof HttpException ? error.getStatus() : statusCodeOf(error);
  if (status === undefined || status < 400 || status >= 500) return undefined;
  const words = error instanceof Error ? error.message : '';
  return problem(status, CODE[status] ?? 'unreadable-request', `cannot serve the request: ${words}`);
}

/**
 * snapd's own status where it says something of the request. What it says of its caller (401: the agent) or of itself
 * (5xx) is not said of ours.
 */
function statusOfRefusal({ refusal: { snapdStatus } }: SnapdRefusedError): number {
  if (snapdStatus === 401) return 403;
  return snapdStatus !== null && snapdStatus >= 400 && snapdStatus < 500 ? snapdStatus : 502;
}

function wordsOfSnapd({ refusal: { snapdKind, snapdValue, snapdStatus } }: SnapdRefusedError): Partial<Problem> {
  return {
    ...(snapdKind !== null && { snapdKind }),
    ...(snapdValue !== null && { snapdValue }),
    ...(snapdStatus !== null && { snapdStatus }),
  };
}

/** What a client is told of any other error. @param instance names it in the log */
export function internalProblem(instance: string): Problem {
  return { ...problem(500, 'internal', 'cannot serve the request: the server failed, its log says why'), instance };
}

function problem(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail };
}

/** Fastify's own refusals carry a `statusCode`. */
function statusCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
