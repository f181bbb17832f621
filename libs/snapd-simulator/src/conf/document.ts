import type { JsonObject } from '../http/request';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const OPTION_PART = /^[a-z0-9](?:-?[a-z0-9])*$/;

/** The first part of a dotted key that is no option name, or undefined. */
export function invalidPart(key: string): string | undefined {
  return key.split('.').find((part) => !OPTION_PART.test(part));
}

/** Value at a dotted key, or undefined. */
export function valueAt(document: JsonObject, key: string): unknown {
  return key.split('.').reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), document);
}

/** A copy of the document with a patch applied: dotted keys allowed, objects merged, null unsets (§8.4). */
export function patched(document: JsonObject, patch: JsonObject): JsonObject {
  return Object.entries(patch).reduce((result, [key, value]) => withValue(result, key.split('.'), value), document);
}

function withValue(document: JsonObject, [part = '', ...rest]: string[], value: unknown): JsonObject {
  const { [part]: inner, ...others } = document;
  const next = rest.length > 0 ? withValue(isObject(inner) ? inner : {}, rest, value) : merged(inner, value);
  const empty = isObject(next) && Object.keys(next).length === 0;
  return next === null || next === undefined || empty ? others : { ...others, [part]: next };
}

function merged(old: unknown, value: unknown): unknown {
  return isObject(value) ? patched(isObject(old) ? old : {}, value) : value;
}

/** Dotted keys of a patch with their values, for checking each option. */
export function flattened(patch: JsonObject, prefix = ''): [string, unknown][] {
  return Object.entries(patch).flatMap(([key, value]): [string, unknown][] =>
    isObject(value) ? flattened(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  );
}
