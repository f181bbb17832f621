import { InvalidRequestError, type FieldProblem } from '@corefleet/platform/errors';

/** What its rollout would be refused for, in the fields of the policy. Anything else as it is. */
export function inPolicyFields(error: unknown): unknown {
  if (!(error instanceof InvalidRequestError)) return error;
  return new InvalidRequestError(error.message, error.problems.map(inPolicy));
}

const WISH = 'does.recoverySystem';

function inPolicy({ field, message }: FieldProblem): FieldProblem {
  if (field === 'filter') return { field, message };
  if (field === WISH || field.startsWith(`${WISH}.`)) return { field: `system${field.slice(WISH.length)}`, message };
  return { field: `rollout.${field}`, message };
}
