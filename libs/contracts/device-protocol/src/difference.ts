import { canonicalJson } from './canonical-json';

/**
 * How one JSON value becomes another, so that a device sends what changed and not a list of which one entry changed.
 *
 * | form                   | what the value is then                                                                             |
 * | ---------------------- | -------------------------------------------------------------------------------------------------- |
 * | `{is}`                 | that                                                                                               |
 * | `{set, gone}`          | the object, with these members become others, and without those                                   |
 * | `{parts}`              | a list: runs `[from, count]` of the list before, in its order, and entries `{is: [...]}` between them |
 */
export type Difference =
  | { readonly is: unknown }
  | { readonly set: Readonly<Record<string, Difference>>; readonly gone: readonly string[] }
  | { readonly parts: readonly Part[] };
type Part = [number, number] | { is: unknown[] };

/**
 * What a value is recognised by later without keeping it: a hash, or of a list and an object those of its entries. Two values
 * whose hashes agree by chance are told apart by the digest of the whole, which goes with a difference.
 */
export type Print = string | readonly Print[] | { readonly [member: string]: Print };

/** How far into a value its print goes: lists that are members of an object, and no further. */
const PRINT_LEVELS = 2;

/** @param hash of canonical JSON */
export function printOf(value: unknown, hash: (text: string) => string, levels = PRINT_LEVELS): Print {
  if (levels === 0 || value === null || typeof value !== 'object') return hash(canonicalJson(value));
  if (Array.isArray(value)) return value.map((entry) => hash(canonicalJson(entry)));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, printOf(member, hash, levels - 1)]));
}

/** How what had that print becomes `after`. Of what the print does not tell apart it is the whole. */
export function differenceOf(before: Print, after: unknown, hash: (text: string) => string): Difference {
  if (isList(before) && Array.isArray(after)) return { parts: partsOf(before, after, hash) };
  if (!isObject(before) || !isObject(after)) return { is: after };
  const changed = Object.entries(after).flatMap(([key, member]): [string, Difference][] => {
    const print = Object.hasOwn(before, key) ? before[key] : undefined;
    if (print === undefined) return [[key, { is: member }]];
    if (typeof print === 'string') return print === hash(canonicalJson(member)) ? [] : [[key, { is: member }]];
    const difference = differenceOf(print, member, hash);
    return isNone(difference, print) ? [] : [[key, difference]];
  });
  return { set: Object.fromEntries(changed), gone: Object.keys(before).filter((key) => !Object.hasOwn(after, key)) };
}

function partsOf(before: readonly Print[], after: readonly unknown[], hash: (text: string) => string): Part[] {
  const places = new Map(before.map((print, at) => [print, at]));
  const parts: Part[] = [];
  let next = 0;
  for (const entry of after) {
    const at = places.get(hash(canonicalJson(entry))) ?? -1;
    const last = parts.at(-1);
    if (at >= next) {
      if (isList(last) && at === next) last[1] += 1;
      else parts.push([at, 1]);
      next = at + 1;
    } else if (last && !isList(last)) last.is.push(entry);
    else parts.push({ is: [entry] });
  }
  return parts;
}

function isNone(difference: Difference, before: Print): boolean {
  if ('set' in difference) return difference.gone.length === 0 && Object.keys(difference.set).length === 0;
  if (!('parts' in difference) || !isList(before)) return false;
  const [only, ...more] = difference.parts;
  return only === undefined ? before.length === 0 : more.length === 0 && isList(only) && only[1] === before.length;
}

/**
 * The value after the difference. A run of a list is taken once at most, so the result is no larger than both together.
 * @param difference as a device sent it
 * @returns undefined when it is no difference, or none of such a value
 */
export function withDifference(before: unknown, difference: unknown): unknown {
  if (!isObject(difference)) return undefined;
  if ('is' in difference) return difference['is'];
  if (Array.isArray(before)) return withParts(before, difference['parts']);
  const { set, gone } = difference;
  if (!isObject(before) || !isObject(set) || !Array.isArray(gone)) return undefined;
  const without = new Set<unknown>(gone);
  const kept = Object.entries(before).filter(([key]) => !without.has(key));
  const others = Object.entries(set).map(([key, one]) => [
    key,
    withDifference(Object.hasOwn(before, key) ? before[key] : undefined, one),
  ]);
  if (others.some(([, member]) => member === undefined)) return undefined;
  return Object.fromEntries([...kept, ...others] as [string, unknown][]);
}

function withParts(before: readonly unknown[], parts: unknown): unknown[] | undefined {
  if (!Array.isArray(parts)) return undefined;
  const after: unknown[] = [];
  let next = 0;
  for (const part of parts as unknown[]) {
    if (isObject(part) && Array.isArray(part['is'])) {
      for (const entry of part['is'] as unknown[]) after.push(entry);
      continue;
    }
    const [from, count] = Array.isArray(part) ? (part as unknown[]) : [];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count)) return undefined;
    const [start, end] = [Number(from), Number(from) + Number(count)];
    if (start < next || end <= start || end > before.length) return undefined;
    for (const entry of before.slice(start, end)) after.push(entry);
    next = end;
  }
  return after;
}

const isList = <T>(value: T): value is Extract<T, readonly unknown[]> => Array.isArray(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
