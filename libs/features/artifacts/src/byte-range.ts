import type { ByteSpan } from './artifact-files';

/** What of a file was asked for (RFC 9110 §14). */
export type Wanted =
  { readonly kind: 'whole' } | { readonly kind: 'span'; readonly span: ByteSpan } | { readonly kind: 'unsatisfiable' };

const WHOLE: Wanted = { kind: 'whole' };

/** A file of that digest never changes, so the digest is its validator. */
export const etagOf = (sha256: string): string => `"${sha256}"`;

/**
 * Reads `Range` and `If-Range`. A range of another unit, of several spans or of another validator is no range: the whole
 * file is the answer then, as it is for a range that cannot be read.
 */
export function wantedOf(
  headers: { readonly range?: string | undefined; readonly ifRange?: string | undefined },
  sha256: string,
  sizeBytes: number,
): Wanted {
  const { range, ifRange } = headers;
  if (range === undefined || (ifRange !== undefined && ifRange !== etagOf(sha256))) return WHOLE;
  const [matched, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim()) ?? [];
  if (matched === undefined || (first === '' && last === '')) return WHOLE;
  if (first === '') return spanOf(Math.max(0, sizeBytes - Number(last)), sizeBytes - 1, sizeBytes);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < Number(first)) return WHOLE;
  return spanOf(Number(first), end, sizeBytes);
}

const spanOf = (start: number, end: number, sizeBytes: number): Wanted =>
  start < sizeBytes ? { kind: 'span', span: { start, end } } : { kind: 'unsatisfiable' };
