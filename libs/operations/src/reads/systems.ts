import * as z from 'zod/mini';
import { systemLabel } from '../fields';
import { defineRead } from './read';

export const readSystems = defineRead({
  name: 'read-systems',
  title: 'List recovery systems',
  path: '/v2/systems',
  parameters: z.strictObject({}),
  read: async (client) => ({ systems: await client.systems.list() }),
});

/** Slow: snapd checks the disk encryption afresh. */
export const readSystem = defineRead({
  name: 'read-system',
  title: 'Show a recovery system',
  path: '/v2/systems/{label}',
  parameters: z.strictObject({ label: systemLabel }),
  read: (client, { label }) => client.systems.get(label),
});
