import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { systemLabel } from '../fields';
import {
  defineOperation,
  notVerified,
  readBefore,
  verified,
  type OperationContext,
  type Outcome,
  type Verdict,
} from '../operation';
import { nothingToFollow } from '../starting';

/** Which system: the default recovery system when absent, or the current one when there is none. */
const label = z.optional(systemLabel);

const Boot = z.strictObject({
  label,
  /** `recover` for a repair in recovery mode, `run` to go back to normal. */
  mode: z.enum(['run', 'recover']),
});
const Erase = z.strictObject({ label });

const Before = z.object({ bootId: z.optional(z.string()) });

const seeBoot = async (_client: SnapdClient, _parameters: object, context: OperationContext) => ({
  bootId: await context.readBootId(),
});

const shared = {
  requires: ['recovery-systems'],
  idempotent: false,
  expects: 'sync',
  reboots: 'once',
  observe: seeBoot,
} as const;

/** Restarts the device into a system and mode. */
export const bootSystem = defineOperation<z.infer<typeof Boot>>({
  ...shared,
  name: 'boot-system',
  risk: 'disruptive',
  parameters: Boot,
  undo: {
    by: ['boot-system'],
    steps: ({ mode }) => (mode === 'recover' ? [{ operation: 'boot-system', parameters: { mode: 'run' } }] : []),
  },
  start: async (client, target) => {
    await client.systems.reboot(target);
    return nothingToFollow;
  },
  verify: async (client, { label: wanted, mode }, { before }, context) => {
    const restarted = await verifyRestart(before, context);
    if (restarted.kind === 'not-verified') return restarted;
    const { 'system-mode': shown } = await client.systemInfo.get();
    if (shown !== mode) return notVerified(`the device is in mode ${shown}, not ${mode}`, { mode: shown });
    return verified({ mode: shown, ...(wanted !== undefined && { label: wanted }) });
  },
});

/** Takes the device back to how the system was made: all data goes, the identity of the device stays. */
export const factoryReset = erasing('factory-reset');

/** Installs the system anew, as on an empty disk: all data goes, and the device registers as a new one. */
export const reinstall = erasing('reinstall');

function erasing(name: 'factory-reset' | 'reinstall') {
  const mode = name === 'reinstall' ? 'install' : name;
  return defineOperation<z.infer<typeof Erase>>({
    ...shared,
    name,
    risk: 'destructive',
    parameters: Erase,
    erasesAgent: true,
    start: async (client, { label: of }) => {
      await client.systems.reboot({ label: of, mode });
      return nothingToFollow;
    },
    verify: async (_client, _parameters, { before }, context) => {
      const restarted = await verifyRestart(before, context);
      if (restarted.kind === 'not-verified') return restarted;
      // The one who looks here has the journal of before: from a device that was erased another enrolment comes.
      return notVerified('the device has restarted and still has its data', restarted.result);
    },
  });
}

async function verifyRestart(before: Outcome['before'], context: OperationContext): Promise<Verdict> {
  const was = readBefore(Before, before)?.bootId;
  const bootId = await context.readBootId();
  if (was === undefined || bootId === undefined) return notVerified('the boot id cannot be read', { was, bootId });
  return was === bootId ? notVerified('the device has not restarted', { was, bootId }) : verified({ was, bootId });
}
