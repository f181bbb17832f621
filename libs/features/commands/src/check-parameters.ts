import { InvalidRequestError } from '@corefleet/platform/errors';
import { findOperation } from '@corefleet/operations';

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
  const problems = parsed.error.issues.map(({ path, message }) => ({
    field: ['parameters', ...path].join('.'),
    message,
  }));
  throw new InvalidRequestError(`cannot use operation "${operation}" with these parameters`, problems);
}
