/** One place in which two values differ. */
export interface Difference {
  /** Dotted path, e.g. `waves.0.percent`; empty for the whole. */
  readonly path: string;
  /** Absent when it is not there. */
  readonly from?: unknown;
  readonly to?: unknown;
}

/**
 * Where two plain values differ, in the order of their members. Members that are undefined count as absent.
 * Lists are compared place by place, so that each difference has a path a person can find.
 */
export function differences(from: unknown, to: unknown, path = ''): Difference[] {
  if (Object.is(from, to)) return [];
  if (!isParent(from) || !isParent(to) || Array.isArray(from) !== Array.isArray(to)) return [said(path, from, to)];
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => differences(member(from, key), member(to, key), path ? `${path}.${key}` : key));
}

type Parent = Record<string, unknown> | unknown[];

const isParent = (value: unknown): value is Parent => typeof value === 'object' && value !== null;

const member = (parent: Parent, key: string): unknown => (parent as Record<string, unknown>)[key];

const said = (path: string, from: unknown, to: unknown): Difference => ({
  path,
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});
