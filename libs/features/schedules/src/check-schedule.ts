import { InvalidRequestError } from '@corefleet/platform/errors';

/** Problems of the rollout, below the field that holds it in a schedule. */
export function belowRollout(error: InvalidRequestError): InvalidRequestError {
  const problems = error.problems.map(({ field, message }) => ({ field: `rollout.${field}`, message }));
  return new InvalidRequestError(error.message, problems);
}
