import * as z from 'zod/mini';
import { systemLabel, validationSets } from '../fields';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';

const Parameters = z.strictObject({
  label: systemLabel,
  'validation-sets': z.optional(validationSets),
  /** Boots the system to see that it works: two restarts, with no API in between. */
  'test-system': z.optional(z.boolean()),
  'mark-default': z.optional(z.boolean()),
  /** Only from what the device has. */
  offline: z.optional(z.boolean()),
});

const Before = z.object({ bootId: z.optional(z.string()) });

/** Creates a recovery system. A tested one counts only after the boot id has changed. */
export const createRecoverySystem = defineOperation<z.infer<typeof Parameters>>({
  name: 'create-recovery-system',
  title: 'Create a recovery system',
  risk: 'disruptive',
  parameters: Parameters,
  // A second request is refused, or leaves a change of its own behind (snapd devicestate/systems.go).
  idempotent: false,
  expects: 'change',
  reboots: (parameters) => (parameters['test-system'] ? 'twice' : 'never'),
  observe: async (_client, _parameters, context) => ({ bootId: await context.readBootId() }),
  start: async (client, parameters) => changeOf(await client.systems.create(parameters)),
  matches: (change, { label }) =>
    change.kind === 'create-recovery-system' && change.summary.endsWith(`label "${label}"`),
  verify: async (client, { label, ...wanted }, { before }, context) => {
    const systems = await client.systems.list();
    const result = systems.map((system) => ({
      label: system.label,
      current: system.current ?? false,
      default: system['default-recovery-system'] ?? false,
    }));
    const system = result.find((candidate) => candidate.label === label);
    if (!system) return notVerified(`recovery system "${label}" is not listed`, result);
    if (wanted['mark-default'] && !system.default)
      return notVerified(`recovery system "${label}" is not the default`, result);
    const was = z.safeParse(Before, before);
    if (wanted['test-system'] && was.data?.bootId && was.data.bootId === (await context.readBootId()))
      return notVerified(`recovery system "${label}" was not tested: the device has not restarted`, result);
    return verified(result);
  },
});
