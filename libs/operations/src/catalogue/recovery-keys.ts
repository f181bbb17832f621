import { SnapdError } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { defineOperation, notVerified, verified } from '../operation';
import { nothingToFollow } from '../starting';

const Parameters = z.strictObject({});

/** Makes the recovery keys of the older disk encryption useless. */
export const removeRecoveryKeys = defineOperation<z.infer<typeof Parameters>>({
  name: 'remove-recovery-keys',
  risk: 'destructive',
  parameters: Parameters,
  since: '2.56',
  idempotent: true,
  expects: 'sync',
  start: async (client) => {
    await client.recoveryKeys.remove();
    return nothingToFollow;
  },
  verify: async (client) => {
    const left = await keysLeft(client.recoveryKeys.get());
    return left.length > 0 ? notVerified(`there is still a ${left.join(' and a ')}`, left) : verified(left);
  },
});

/** Names of the keys there are, never the keys. snapd refuses to show what it has not. */
async function keysLeft(reading: Promise<object>): Promise<string[]> {
  try {
    return Object.keys(await reading);
  } catch (error) {
    if (error instanceof SnapdError) return [];
    throw error;
  }
}
