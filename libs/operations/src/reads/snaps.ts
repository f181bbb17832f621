import * as z from 'zod/mini';
import { configurableName, configurationKeys, snapName, snapNames } from '../fields';
import { defineRead } from './read';

/** The snaps of the device. */
export const readSnaps = defineRead({
  name: 'read-snaps',
  title: 'List snaps',
  path: '/v2/snaps',
  parameters: z.strictObject({
    /** The enabled ones when absent. */
    select: z.optional(z.enum(['enabled', 'all', 'refresh-inhibited'])),
    snaps: z.optional(snapNames),
  }),
  read: (client, filter) => client.snaps.list(filter),
});

export const readSnap = defineRead({
  name: 'read-snap',
  title: 'Show a snap',
  path: '/v2/snaps/{name}',
  parameters: z.strictObject({ name: snapName }),
  read: (client, { name }) => client.snaps.get(name),
});

/** The configuration of a snap or of the system: the whole document, or the given keys. */
export const readConfiguration = defineRead({
  name: 'read-configuration',
  title: 'Read configuration',
  path: '/v2/snaps/{name}/conf',
  parameters: z.strictObject({ name: configurableName, keys: z.optional(configurationKeys) }),
  read: (client, { name, keys }) => client.conf.get(name, keys),
});
