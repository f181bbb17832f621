import * as z from 'zod/mini';
import { defineOperation, notVerified, readBefore, verified } from '../operation';
import { nothingToFollow } from '../starting';

const Parameters = z.strictObject({});
const Before = z.object({ bootId: z.string() });

/** Restarts the device. It has happened when the boot id is another one. */
export const reboot = defineOperation<z.infer<typeof Parameters>>({
  name: 'reboot',
  risk: 'disruptive',
  parameters: Parameters,
  idempotent: false,
  expects: 'sync',
  reboots: 'once',
  observe: async (_client, _parameters, context) => ({ bootId: await context.readBootId() }),
  start: async (client) => {
    await client.systems.reboot();
    return nothingToFollow;
  },
  verify: async (_client, _parameters, { before }, context) => {
    const was = readBefore(Before, before)?.bootId;
    const bootId = await context.readBootId();
    if (was === undefined || bootId === undefined) return notVerified('the boot id cannot be read', { was, bootId });
    return was === bootId ? notVerified('the device has not restarted', { was, bootId }) : verified({ was, bootId });
  },
});
