import { compareTimestamps } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { timestamp } from '../fields';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf, nothingToFollow } from '../starting';

const Acknowledge = z.strictObject({
  /** Those added up to then: the `last-added` of the newest that was read. */
  timestamp,
});

/** Marks warnings as seen; they come again when they are still true after a day. */
export const acknowledgeWarnings = defineOperation<z.infer<typeof Acknowledge>>({
  name: 'acknowledge-warnings',
  risk: 'reversible',
  parameters: Acknowledge,
  idempotent: true,
  expects: 'sync',
  start: async (client, { timestamp: upTo }) => ({ kind: 'sync', result: await client.warnings.okay(upTo) }),
  verify: async (client, { timestamp: upTo }) => {
    const pending = await client.warnings.list({ select: 'pending' });
    const left = pending.filter((warning) => compareTimestamps(warning['last-added'] ?? upTo, upTo) <= 0);
    return left[0]
      ? notVerified(`warning "${left[0].message}" is still pending`, left)
      : verified({ pending: pending.length });
  },
});

const Nothing = z.strictObject({});

/** Has snapd look for work at once, which it does every five minutes: registration, auto-refresh, a pending restart. */
export const ensureStateSoon = defineOperation<z.infer<typeof Nothing>>({
  name: 'ensure-state-soon',
  risk: 'reversible',
  parameters: Nothing,
  idempotent: true,
  expects: 'sync',
  reboots: 'may',
  start: async (client) => {
    await client.debug.ensureStateSoon();
    return nothingToFollow;
  },
  // What snapd found to do is its own: the changes show it.
  verify: () => Promise.resolve(verified(null)),
});

const Advise = z.strictObject({
  /** JSON text of the system key that was found. */
  'system-key': z.string().check(z.minLength(2), z.maxLength(16 * 1024)),
});

/** Tells snapd of a system key that is not its own, so that it makes the security profiles anew where it must. */
export const adviseSystemKey = defineOperation<z.infer<typeof Advise>>({
  name: 'advise-system-key',
  risk: 'reversible',
  parameters: Advise,
  since: '2.70',
  idempotent: true,
  expects: 'sync',
  start: async (client, { 'system-key': key }) => {
    const advice = await client.systemInfo.adviseSystemKeyMismatch(key);
    return advice.kind === 'wait' ? changeOf(advice) : nothingToFollow;
  },
  verify: (_client, _parameters, { change }) =>
    Promise.resolve(verified(change ? { change: change.id, status: change.status } : null)),
});
