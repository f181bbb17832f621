import { InvalidRequestError, type FieldProblem } from '@corefleet/platform/errors';
import { validateCron, validateZone } from '@corefleet/time-rules';
import type { PolicyMembers } from './policy-row';

/** @throws InvalidRequestError for a cron expression or a time zone that does not exist, or never occurs */
export function checkTimes({ cron, timeZone }: Pick<PolicyMembers, 'cron' | 'timeZone'>): void {
  const problems = [...validateCron(cron), ...validateZone(timeZone)];
  const [first] = problems;
  if (first) throw new InvalidRequestError(`cannot keep such a policy: ${first.field}: ${first.message}`, problems);
}

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
