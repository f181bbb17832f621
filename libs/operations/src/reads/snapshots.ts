import * as z from 'zod/mini';
import { snapNames, snapshotSet } from '../fields';
import { defineRead } from './read';

export const readSnapshots = defineRead({
  name: 'read-snapshots',
  path: '/v2/snapshots',
  parameters: z.strictObject({ set: z.optional(snapshotSet), snaps: z.optional(snapNames) }),
  read: (client, filter) => client.snapshots.list(filter),
});
