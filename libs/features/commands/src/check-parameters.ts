import { InvalidRequestError, type FieldProblem } from '@corefleet/platform/errors';
import { LIMITS } from '@corefleet/contracts/device-protocol';
import { findOperation, type Operation } from '@corefleet/operations';
import type { z } from 'zod';

/** A command goes to its device in one frame, as JSON in a text in JSON: quotes double twice over. */
const PARAMETERS_MOST_BYTES = LIMITS.serverFrameBytes / 4;

/**
 * The parameters as the catalogue reads them, defaults filled in: what is stored, signed and sent.
 * @throws InvalidRequestError naming the operation, or every parameter that is wrong
 */
export function checkParameters(operation: string, parameters: unknown): Record<string, unknown> {
  const found = findOperation(operation);
  if (!found) {
    throw new InvalidRequestError(`cannot use operation "${operation}": it is not in the catalogue`, [
      { field: 'operation', message: 'is not in the catalogue, GET /v1/operations lists what is' },
    ]);
  }
  requireKept(found);
  const parsed = found.parameters.safeParse(parameters);
  if (parsed.success) return requireSendable(operation, parsed.data as Record<string, unknown>);
  const problems = parsed.error.issues.flatMap(problemsOf);
  throw new InvalidRequestError(`cannot use operation "${operation}" with these parameters`, problems);
}

/** An order's result is kept and shown to all: what is sensitive or has no end is only there for who asks for it. */
function requireKept({ name, read, follows }: Operation): void {
  const path = follows?.path ?? (read?.sensitive ? read.path : undefined);
  if (path === undefined) return;
  const at = `GET /v1/devices/{id}/snapd${path}`;
  throw new InvalidRequestError(`cannot use operation "${name}": its answer is shown to who asks at ${at} alone`, [
    { field: 'operation', message: `is asked for at ${at}` },
  ]);
}

function requireSendable(operation: string, parameters: Record<string, unknown>): Record<string, unknown> {
  if (Buffer.byteLength(JSON.stringify(parameters)) <= PARAMETERS_MOST_BYTES) return parameters;
  const message = `must be at most ${PARAMETERS_MOST_BYTES} bytes of JSON, or no device could be sent them`;
  throw new InvalidRequestError(`cannot use operation "${operation}" with these parameters`, [
    { field: 'parameters', message },
  ]);
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const field = (...more: string[]): string => ['parameters', ...issue.path.map(String), ...more].join('.');
  if (issue.code !== 'unrecognized_keys') return [{ field: field(), message: issue.message }];
  return issue.keys.map((key) => ({ field: field(key), message: 'is not a parameter of this operation' }));
}
