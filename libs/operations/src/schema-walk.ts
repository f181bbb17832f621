import type * as z from 'zod/mini';

/** The schema inside optional and default wrappers. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodTypes {
  const known = schema as z.core.$ZodTypes; // zod's union of all its own types: what `_zod.def` tells apart
  const { def } = known._zod;
  return def.type === 'optional' || def.type === 'nullable' || def.type === 'default'
    ? unwrapped(def.innerType)
    : known;
}

/** What kind of value a schema takes, as zod names it: `array`, `boolean`, `number`, `string`, … */
export const typeOf = (schema: z.core.$ZodType): string => unwrapped(schema)._zod.def.type;

/** The schemas of an object's members; none for what is no object. */
export function memberSchemas(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const { def } = unwrapped(schema)._zod;
  return def.type === 'object' ? def.shape : {};
}
