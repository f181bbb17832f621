import { covers, type Principal } from '@corefleet/features/access';
import { findRead, followedLogs, type Operation } from '@corefleet/operations';
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

/** Whether the target asks for a log to be followed, rather than read. */
export function isFollow(target: string): boolean {
  const { pathname, searchParams } = urlOf(target);
  return pathname === followedLogs.follows?.path && /^(1|t|T|TRUE|true|True)$/.test(searchParams.get('follow') ?? '');
}

/** The parameters of a followed log. @throws InvalidRequestError */
export function checkFollow(target: string): Record<string, unknown> {
  const { pathname, searchParams } = urlOf(target);
  const given: Record<string, unknown> = {};
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name);
    if (name === 'names') given[name] = values.flatMap((value) => value.split(',')).filter((value) => value !== '');
    else if (name === 'n' && /^-?\d{1,9}$/.test(values[0] ?? '')) given[name] = Number(values[0]);
    else if (name !== 'follow') given[name] = values[0];
  }
  return checkedParameters(pathname, followedLogs, given);
}

function urlOf(target: string): { pathname: string; searchParams: URLSearchParams } {
  const at = target.indexOf('?');
  const pathname = at < 0 ? target : target.slice(0, at);
  return { pathname, searchParams: new URLSearchParams(at < 0 ? '' : target.slice(at + 1)) };
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
