import * as z from 'zod/mini';
import { snapNames } from '../fields';
import { defineRead } from './read';

const Parameters = z.strictObject({
  /** The enabled ones when absent. */
  select: z.optional(z.enum(['enabled', 'all', 'refresh-inhibited'])),
  snaps: z.optional(snapNames),
});

/** The snaps of the device. */
export const readSnaps = defineRead<z.infer<typeof Parameters>>({
  name: 'read-snaps',
  title: 'List snaps',
  path: '/v2/snaps',
  parameters: Parameters,
  read: (client, filter) => client.snaps.list(filter),
});
