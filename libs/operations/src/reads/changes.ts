import * as z from 'zod/mini';
import { changeId, snapName } from '../fields';
import { defineRead } from './read';

/** snapd forgets a ready change after a day. */
export const readChanges = defineRead({
  name: 'read-changes',
  path: '/v2/changes',
  parameters: z.strictObject({
    /** Those in progress when absent. */
    select: z.optional(z.enum(['all', 'in-progress', 'ready'], 'select should be one of: all,in-progress,ready')),
    /** Only changes that name this snap. */
    for: z.optional(snapName),
  }),
  read: (client, filter) => client.changes.list(filter),
});

export const readChange = defineRead({
  name: 'read-change',
  path: '/v2/changes/{id}',
  parameters: z.strictObject({ id: changeId }),
  read: (client, { id }) => client.changes.get(id),
});
