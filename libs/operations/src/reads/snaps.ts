import * as z from 'zod/mini';
import { configurableName, configurationKeys, quotaGroupName, snapName, snapNames } from '../fields';
import { defineRead } from './read';

/** The snaps of the device. */
export const readSnaps = defineRead({
  name: 'read-snaps',
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
  path: '/v2/snaps/{name}',
  parameters: z.strictObject({ name: snapName }),
  read: (client, { name }) => client.snaps.get(name),
});

/** The configuration of a snap or of the system: the whole document, or the given keys. */
export const readConfiguration = defineRead({
  name: 'read-configuration',
  path: '/v2/snaps/{name}/conf',
  parameters: z.strictObject({ name: configurableName, keys: z.optional(configurationKeys) }),
  read: (client, { name, keys }) => client.conf.get(name, keys),
});

export const readAliases = defineRead({
  name: 'read-aliases',
  path: '/v2/aliases',
  parameters: z.strictObject({}),
  read: (client) => client.aliases.list(),
});

export const readQuotas = defineRead({
  name: 'read-quotas',
  path: '/v2/quotas',
  parameters: z.strictObject({}),
  read: (client) => client.quotas.list(),
});

export const readQuota = defineRead({
  name: 'read-quota',
  path: '/v2/quotas/{group}',
  parameters: z.strictObject({ group: quotaGroupName }),
  read: (client, { group }) => client.quotas.get(group),
});
