import { SnapdError } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { systemLabel } from '../fields';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf, nothingToFollow } from '../starting';

const Parameters = z.strictObject({ label: systemLabel });

/** Removes a recovery system. snapd itself refuses the current, the default and the last one. */
export const removeRecoverySystem = defineOperation<z.infer<typeof Parameters>>({
  name: 'remove-recovery-system',
  risk: 'disruptive',
  parameters: Parameters,
  since: '2.62',
  idempotent: true,
  expects: 'change',
  start: async (client, { label }) => {
    try {
      return changeOf(await client.systems.remove(label));
    } catch (error) {
      if (error instanceof SnapdError && error.status === 404) return nothingToFollow;
      throw error;
    }
  },
  matches: (change, { label }) =>
    change.kind === 'remove-recovery-system' && change.summary.endsWith(`label "${label}"`),
  verify: async (client, { label }) => {
    const labels = (await client.systems.list()).map((system) => system.label);
    return labels.includes(label)
      ? notVerified(`recovery system "${label}" is still listed`, labels)
      : verified(labels);
  },
});
