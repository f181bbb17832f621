/** A header's value: the only scalars are strings, also for numbers and booleans. */
export type HeaderValue = string | HeaderValue[] | HeaderMap;

/** Without a prototype, so that a header may have any name. */
export interface HeaderMap {
  [name: string]: HeaderValue;
}

/** Whether a value is a map, and neither text nor list. */
export const isMap = (value: HeaderValue | undefined): value is HeaderMap =>
  typeof value === 'object' && !Array.isArray(value);

/** A map for headers, empty or with the entries given. */
export const headerMap = (entries: Readonly<Record<string, HeaderValue>> = {}): HeaderMap =>
  Object.assign(Object.create(null) as HeaderMap, entries);
