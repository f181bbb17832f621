import { InvalidRequestError } from '@corefleet/platform/errors';

/** Deeper than any request of ours; far from where a recursive reader would run out of stack. */
const DEPTH_MOST = 64;

/**
 * Refuses JSON that is well-formed and still cannot be kept: nested without end, or with NUL in a text,
 * which neither text nor jsonb of Postgres can hold.
 * @throws InvalidRequestError naming the path
 */
export function requirePlainJson(value: unknown, path: readonly string[] = []): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) throw refusal(path, 'must not contain NUL');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (path.length >= DEPTH_MOST) throw refusal(path.slice(0, 5), `must not be nested deeper than ${DEPTH_MOST}`);
  for (const [key, member] of Object.entries(value)) {
    requirePlainJson(key, path);
    requirePlainJson(member, [...path, key]);
  }
}

function refusal(path: readonly string[], message: string): InvalidRequestError {
  const field = path.join('.') || 'body';
  return new InvalidRequestError(`cannot read the request: wrong ${field}`, [{ field, message }]);
}
