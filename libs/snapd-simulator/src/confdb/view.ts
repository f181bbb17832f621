import type { JsonObject } from '../http/request';
import type { ViewRule } from './schema';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAny = (part: string): boolean => part.startsWith('{') && part.endsWith('}');

type Bindings = Readonly<Record<string, string>>;

/** Sets or, with null, takes away the value of a stored path; every object on the way is copied. */
export function stored(bag: JsonObject, [part = '', ...rest]: readonly string[], value: unknown): JsonObject {
  const { [part]: inner, ...others } = bag;
  const next = rest.length > 0 ? stored(isObject(inner) ? inner : {}, rest, value) : value;
  const gone = next === null || (isObject(next) && Object.keys(next).length === 0);
  return gone ? others : { ...others, [part]: next };
}

/**
 * Writes a value through the rules of a view.
 * @returns the new content, or undefined when no rule takes the request
 */
export function setThrough(
  rules: readonly ViewRule[],
  bag: JsonObject,
  key: string,
  value: unknown,
): JsonObject | undefined {
  const writes = rules.filter((rule) => rule.write).flatMap((rule) => writesOf(rule, key.split('.'), value));
  if (writes.length === 0) return undefined;
  return writes.reduce((content, [path, leaf]) => stored(content, path, leaf), bag);
}

function writesOf(rule: ViewRule, key: readonly string[], value: unknown): [path: string[], leaf: unknown][] {
  const bound = bind(rule.request, key);
  if (!bound) return [];
  const beyond = key.slice(rule.request.length);
  const leaves = descend(rule.request.slice(key.length), value, bound);
  return leaves.map(([bindings, leaf]) => [[...pathOf(rule, bindings), ...beyond], leaf]);
}

/** What the parts of a request that a key leaves open stand for in a value. */
function descend(open: readonly string[], value: unknown, bindings: Bindings): [Bindings, unknown][] {
  const [part, ...rest] = open;
  if (part === undefined || value === null) return [[bindings, value]];
  if (!isObject(value)) return [];
  const names = isAny(part) ? Object.keys(value) : [part].filter((name) => name in value);
  return names.flatMap((name) => descend(rest, value[name], isAny(part) ? { ...bindings, [part]: name } : bindings));
}

/** Names the placeholders of a request where key and request have parts in common; undefined when they differ. */
function bind(request: readonly string[], key: readonly string[]): Bindings | undefined {
  const bindings: Record<string, string> = {};
  for (const [at, part] of request.slice(0, key.length).entries()) {
    if (isAny(part)) bindings[part] = key[at] ?? '';
    else if (part !== key[at]) return undefined;
  }
  return bindings;
}

/** Where a rule stores; what is not named takes everything below with it. */
function pathOf({ storage }: ViewRule, bindings: Bindings): string[] {
  const open = storage.findIndex((part) => isAny(part) && !(part in bindings));
  const closed = open < 0 ? storage : storage.slice(0, open);
  return closed.map((part) => bindings[part] ?? part);
}

/** Reads through the rules of a view: the value of a key, or of everything. Undefined when there is nothing. */
export function getThrough(rules: readonly ViewRule[], bag: JsonObject, key: string | undefined): unknown {
  const parts = key === undefined ? [] : key.split('.');
  const values = rules.filter((rule) => rule.read).flatMap((rule) => readsOf(rule, bag, parts));
  return values.reduce<unknown>(
    (all, value) => (isObject(all) && isObject(value) ? merged(all, value) : value),
    undefined,
  );
}

function readsOf(rule: ViewRule, bag: JsonObject, key: readonly string[]): unknown[] {
  const bound = bind(rule.request, key);
  if (!bound) return [];
  const storage = [...rule.storage, ...key.slice(rule.request.length)];
  const open = rule.request.slice(key.length);
  return lookUp(storage, bag, bound).map(([bindings, value]) =>
    open.reduceRight<unknown>((inner, part) => ({ [bindings[part] ?? part]: inner }), value),
  );
}

function lookUp(storage: readonly string[], value: unknown, bindings: Bindings): [Bindings, unknown][] {
  const [part, ...rest] = storage;
  if (part === undefined) return value === undefined ? [] : [[bindings, value]];
  if (!isObject(value)) return [];
  if (!isAny(part) || part in bindings) return lookUp(rest, value[bindings[part] ?? part], bindings);
  return Object.keys(value).flatMap((name) => lookUp(rest, value[name], { ...bindings, [part]: name }));
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const result = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const there = result[name];
    result[name] = isObject(there) && isObject(value) ? merged(there, value) : value;
  }
  return result;
}
