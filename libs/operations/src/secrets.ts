import type * as z from 'zod/mini';
import { unwrapped } from './schema-walk';

const marked = new WeakSet<z.core.$ZodType>();

/** What is shown where a secret was. */
export const HIDDEN = '(hidden)';

/**
 * Marks what a schema takes as a secret: it is given to snapd and shown to nobody. Mark last: a schema derived from a
 * marked one is not marked.
 */
export function secret<T extends z.core.$ZodType>(schema: T): T {
  marked.add(schema);
  return schema;
}

/** Whether the schema itself is marked; not what is inside it. */
export const isSecret = (schema: z.core.$ZodType): boolean => marked.has(schema) || marked.has(unwrapped(schema));

/** Where in a value of the schema the secrets are: `users.*.password`, with `*` for any item or member. */
export function secretPaths(schema: z.core.$ZodType): string[] {
  if (isSecret(schema)) return [''];
  const below = partsOf(schema).flatMap(([name, part]) => secretPaths(part).map((path) => [name, path]));
  return below.map((steps) => steps.filter((step) => step !== '').join('.'));
}

/** The value with its secrets hidden. A value that does not fit the schema comes back as far as it fits. */
export function withoutSecrets(schema: z.core.$ZodType, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (isSecret(schema)) return HIDDEN;
  if (typeof value !== 'object') return value;
  const parts = partsOf(schema);
  const options = parts.filter(([name]) => name === '');
  if (options.length > 0) return options.reduce((shown, [, option]) => withoutSecrets(option, shown), value as unknown);
  const byName = new Map(parts);
  const shown = (name: string, entry: unknown): unknown => {
    const part = byName.get(name) ?? byName.get('*');
    return part ? withoutSecrets(part, entry) : entry;
  };
  if (Array.isArray(value)) return value.map((entry: unknown) => shown('*', entry));
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, shown(name, entry)]));
}

/** What a schema is made of: members by name, `*` for items and members of a map, no name for options of a union. */
function partsOf(schema: z.core.$ZodType): [string, z.core.$ZodType][] {
  const { def } = unwrapped(schema)._zod;
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape);
    case 'array':
      return [['*', def.element]];
    case 'record':
      return [['*', def.valueType]];
    case 'union':
      return def.options.map((option) => ['', option]);
    default:
      return [];
  }
}
