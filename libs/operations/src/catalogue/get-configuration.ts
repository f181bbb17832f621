import * as z from 'zod/mini';
import { configurableName } from '../fields';
import { defineOperation, verified } from '../operation';

const Parameters = z.strictObject({
  /** `system` for snapd's own. */
  snap: configurableName,
  /** The whole document when absent. */
  keys: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(256))).check(z.minLength(1), z.maxLength(100))),
});

/** Reads the configuration of a snap or of the system. */
export const getConfiguration = defineOperation<z.infer<typeof Parameters>>({
  name: 'get-configuration',
  title: 'Read configuration',
  risk: 'read',
  parameters: Parameters,
  idempotent: true,
  expects: 'sync',
  reboots: 'never',
  start: async (client, { snap, keys }) => ({ kind: 'sync', result: await client.conf.get(snap, keys) }),
  matches: () => false,
  verify: (_client, _parameters, { started }) =>
    Promise.resolve(verified(started.kind === 'sync' ? started.result : null)),
});
