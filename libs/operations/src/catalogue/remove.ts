import * as z from 'zod/mini';
import { SnapdError } from '@corefleet/snapd-client';
import { revision, snapName } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf, nothingToFollow } from '../starting';

const Parameters = z
  .strictObject({
    snaps: z.array(snapName).check(z.minLength(1), z.maxLength(200)),
    /** Only this one, with one snap. */
    revision: z.optional(revision),
    /** Without a snapshot of the data. */
    purge: z.optional(z.boolean()),
    terminate: z.optional(z.boolean()),
  })
  .check(
    z.refine((p) => !p.revision || p.snaps.length === 1, 'unsupported option provided for multi-snap operation'),
    z.refine((p) => !(p.revision && p.terminate), 'terminate cannot be combined with revision'),
  );

/** Removes snaps, or one revision of a snap. */
export const remove = defineOperation<z.infer<typeof Parameters>>({
  name: 'remove',
  title: 'Remove snaps',
  risk: 'destructive',
  parameters: Parameters,
  idempotent: true,
  expects: 'change',
  reboots: 'never',
  start: async (client, { snaps, revision, ...options }) => {
    const [only = ''] = snaps;
    try {
      if (revision) return changeOf(await client.snaps.actOn(only, { action: 'remove', revision, ...options }));
      return changeOf(await client.snaps.act({ action: 'remove', snaps, ...options }));
    } catch (error) {
      if (error instanceof SnapdError && error.kind === 'snap-not-installed') return nothingToFollow;
      throw error;
    }
  },
  matches: (change, { snaps }) => isAbout(change, 'remove-snap', snaps),
  verify: async (client, { snaps, revision }) => {
    const left = (await client.snaps.list({ select: 'all' }))
      .filter((snap) => snaps.includes(snap.name) && (!revision || snap.revision === revision))
      .map(({ name, revision }) => ({ name, revision }));
    return left[0] ? notVerified(`snap "${left[0].name}" is still installed`, left) : verified(left);
  },
});
