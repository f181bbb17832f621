import { InvalidRequestError, type FieldProblem } from '@corefleet/platform/errors';
import { findOperation } from '@corefleet/operations';
import type { z } from 'zod';

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
  const parsed = found.parameters.safeParse(parameters);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  const problems = parsed.error.issues.flatMap(problemsOf);
  throw new InvalidRequestError(`cannot use operation "${operation}" with these parameters`, problems);
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const field = (...more: string[]): string => ['parameters', ...issue.path.map(String), ...more].join('.');
  if (issue.code !== 'unrecognized_keys') return [{ field: field(), message: issue.message }];
  return issue.keys.map((key) => ({ field: field(key), message: 'is not a parameter of this operation' }));
}
