import { covers, type Principal } from '@corefleet/features/access';
import { findRead, type Operation } from '@corefleet/operations';
import { InvalidRequestError, NotFoundError, RefusedError, type FieldProblem } from '@corefleet/platform/errors';

/** A read that may be issued. */
export interface CheckedRead {
  readonly operation: Operation;
  readonly parameters: Record<string, unknown>;
}

/**
 * The read that `target` stands for, if who asks may.
 * @param target path and query of snapd's API, e.g. `/v2/snaps?select=all`
 * @throws NotFoundError, RefusedError, InvalidRequestError naming every wrong parameter in snapd's words where it has some
 */
export function checkRead(principal: Principal, target: string): CheckedRead {
  const found = findRead(target);
  const path = target.split('?', 1)[0] ?? '';
  if (!found) throw new NotFoundError('read of snapd', path);
  requireRole(principal, found.operation);
  return { operation: found.operation, parameters: checkedParameters(path, found.operation, found.parameters) };
}

function requireRole({ role }: Principal, { read }: Operation): void {
  if (!read?.sensitive || covers(role, 'admin')) return;
  throw new RefusedError(`cannot read ${read.path}: it needs role admin, you have ${role}`);
}

function checkedParameters(path: string, { parameters: schema }: Operation, given: object): Record<string, unknown> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  const problems = parsed.error.issues.flatMap((issue): FieldProblem[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((field) => ({ field, message: 'is not a parameter of this read' }))
      : [{ field: issue.path.map(String).join('.') || 'query', message: issue.message }],
  );
  throw new InvalidRequestError(`cannot read ${path} with these parameters`, problems);
}
