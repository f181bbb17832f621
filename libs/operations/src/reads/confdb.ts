import * as z from 'zod/mini';
import { confdbKey, confdbView, readConfdb } from '../confdb';
import { duration, worded } from '../fields';
import { defineRead } from './read';

const Constraints = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

function constraintsOf(text: string): z.infer<typeof Constraints> | undefined {
  try {
    return z.safeParse(Constraints, JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Configuration that snaps share, through a view: values, or the error that says why there are none. */
export const readConfdbView = defineRead({
  name: 'read-confdb',
  path: '/v2/confdb/{account}/{schema}/{view}',
  parameters: z.strictObject({
    ...confdbView,
    /** Everything the view offers when absent. */
    keys: z.optional(z.array(confdbKey).check(z.minLength(1), z.maxLength(100))),
    /** Values for the view's parameters, as a JSON object. */
    constraints: z.optional(
      z.string().check(
        z.maxLength(4096),
        worded((text) => (constraintsOf(text) ? undefined : 'expected a JSON object of texts, numbers and booleans')),
      ),
    ),
    'access-timeout': z.optional(duration),
  }),
  read: (client, { account, schema, view, constraints, ...query }) => {
    const parsed = constraints === undefined ? undefined : constraintsOf(constraints);
    return readConfdb(client, { account, schema, view }, { ...query, constraints: parsed });
  },
});
