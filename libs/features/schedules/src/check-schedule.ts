import { InvalidRequestError } from '@corefleet/platform/errors';
import { validateCron, validateZone } from '@corefleet/time-rules';

/** @throws InvalidRequestError for a cron expression or a time zone that does not exist, or never occurs */
export function checkTimes({ cron, timeZone }: { readonly cron: string; readonly timeZone: string }): void {
  const problems = [...validateCron(cron), ...validateZone(timeZone)];
  const [first] = problems;
  if (first) throw new InvalidRequestError(`cannot schedule: ${first.field}: ${first.message}`, problems);
}

/** Problems of the rollout, below the field that holds it in a schedule. */
export function belowRollout(error: InvalidRequestError): InvalidRequestError {
  const problems = error.problems.map(({ field, message }) => ({ field: `rollout.${field}`, message }));
  return new InvalidRequestError(error.message, problems);
}
