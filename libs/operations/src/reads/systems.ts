import * as z from 'zod/mini';
import { flag, systemLabel } from '../fields';
import { defineRead } from './read';

export const readSystems = defineRead({
  name: 'read-systems',
  path: '/v2/systems',
  parameters: z.strictObject({
    /** Only the running one, in detail. */
    running: flag,
  }),
  read: async (client, { running }) => (running ? client.systems.running() : { systems: await client.systems.list() }),
});

/** Slow: snapd checks the disk encryption afresh. */
export const readSystem = defineRead({
  name: 'read-system',
  path: '/v2/systems/{label}',
  parameters: z.strictObject({ label: systemLabel }),
  read: (client, { label }) => client.systems.get(label),
});

/** Names and kinds of keys, never the keys. */
export const readSystemVolumes = defineRead({
  name: 'read-system-volumes',
  path: '/v2/system-volumes',
  parameters: z.strictObject({
    /** All when absent. */
    'container-role': z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(64))).check(z.maxLength(16))),
  }),
  read: async (client, { 'container-role': roles }) => ({
    'by-container-role': await client.systemVolumes.list(roles),
  }),
});

/**
 * A recovery key that opens nothing yet, and the id by which add-recovery-key or replace-recovery-key takes it within five
 * minutes. snapd has a POST for it.
 */
export const readNewRecoveryKey = defineRead({
  name: 'read-new-recovery-key',
  path: '/v2/system-volumes/new-recovery-key',
  sensitive: true,
  parameters: z.strictObject({}),
  read: (client) => client.systemVolumes.generateRecoveryKey(),
});
