/** Where a value is inside details: keys and indexes from the outside in. */
export type Path = readonly (string | number)[];

export const HIDDEN = '(hidden)';

/** Pure. Where `shown` is another value than `details`: the outermost places, in the order of `details`. */
export function hiddenPaths(details: unknown, shown: unknown, at: Path = []): Path[] {
  if (!isContainer(details)) return details === shown ? [] : [at];
  if (!isContainer(shown) || Array.isArray(details) !== Array.isArray(shown)) return [at];
  const [there, here] = [details as Record<string, unknown>, shown as Record<string, unknown>];
  return Object.keys(details).flatMap((key) => {
    return hiddenPaths(there[key], here[key], [...at, Array.isArray(details) ? Number(key) : key]);
  });
}

/** Pure. The details with each value at one of the paths replaced. */
export function hideAt(details: unknown, paths: readonly Path[]): unknown {
  if (paths.some(({ length }) => length === 0)) return HIDDEN;
  if (paths.length === 0 || !isContainer(details)) return details;
  const below = (key: string): Path[] => paths.filter(([first]) => String(first) === key).map(([, ...rest]) => rest);
  if (Array.isArray(details)) return details.map((value, index) => hideAt(value, below(String(index))));
  return Object.fromEntries(Object.entries(details).map(([key, value]) => [key, hideAt(value, below(key))]));
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
