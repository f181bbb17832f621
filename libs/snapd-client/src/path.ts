import { SnapdRequestError } from './errors';

/** Values of a query: lists are joined with commas, undefined and empty lists are left out. */
export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

/**
 * Builds `/v2/<segments>` with each segment escaped.
 * snapd's router matches the decoded path, so a segment that would change the route is refused here.
 * @throws SnapdRequestError for an empty segment, `.`, `..` or one with a slash
 */
export function snapdPath(...segments: string[]): string {
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..' || segment.includes('/')) {
      const path = `/v2/${segments.join('/')}`;
      throw new SnapdRequestError(`cannot ask snapd for ${path}: ${JSON.stringify(segment)} is not a name`, {
        method: '',
        path,
      });
    }
  }
  return `/v2/${segments.map(encodeURIComponent).join('/')}`;
}

/**
 * Appends the query; `+` of a time zone becomes %2B, without which snapd answers 400.
 * @param repeated parameters that snapd wants once per value and not as one list with commas
 */
export function withQuery(
  path: string,
  query: Query,
  repeated: Record<string, readonly string[] | undefined> = {},
): string {
  const pairs: string[] = [];
  const add = (name: string, value: string): void => {
    pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  };
  for (const name in query) {
    const value = query[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    add(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  for (const name in repeated) {
    for (const value of repeated[name] ?? []) add(name, value);
  }
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}
