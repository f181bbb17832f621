import type { Change } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { flag, revision, snapName, snapNames } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { isRefusalOf } from '../refusals';
import { componentNames, shownSnap } from '../snap-options';
import { changeOf, nothingToFollow } from '../starting';

const Parameters = z
  .strictObject({
    snaps: snapNames,
    /** Only this one, with one snap. */
    revision: z.optional(revision),
    /** Without a snapshot of the data. */
    purge: flag,
    /** Kills what runs. */
    terminate: flag,
    'system-restart-immediate': flag,
  })
  .check(
    z.refine((p) => !p.revision || p.snaps.length === 1, 'unsupported option provided for multi-snap operation'),
    z.refine((p) => !(p.revision && p.terminate), 'terminate can only be specified when revision is unset'),
  );

/** Removes snaps, or one revision of a snap. */
export const remove = defineOperation<z.infer<typeof Parameters>>({
  name: 'remove',
  risk: 'destructive',
  parameters: Parameters,
  idempotent: true,
  expects: 'change',
  start: async (client, { snaps, revision: old, ...options }) => {
    const [only = ''] = snaps;
    try {
      if (old) return changeOf(await client.snaps.actOn(only, { action: 'remove', revision: old, ...options }));
      return changeOf(await client.snaps.act({ action: 'remove', snaps, ...options }));
    } catch (error) {
      if (isRefusalOf(error, 'snap-not-installed')) return nothingToFollow;
      throw error;
    }
  },
  matches: (change, { snaps }) => !isOfComponents(change) && isAbout(change, 'remove-snap', snaps),
  verify: async (client, { snaps, revision: old }) => {
    const left = (await client.snaps.list({ select: 'all' }))
      .filter((snap) => snaps.includes(snap.name) && (!old || snap.revision === old))
      .map(({ name, revision }) => ({ name, revision }));
    return left[0] ? notVerified(`snap "${left[0].name}" is still installed`, left) : verified(left);
  },
});

const Components = z.strictObject({ snap: snapName, components: componentNames });

/** Removes components of a snap that stays. */
export const removeComponents = defineOperation<z.infer<typeof Components>>({
  name: 'remove-components',
  risk: 'reversible',
  parameters: Components,
  undo: {
    by: ['install'],
    steps: ({ snap, components }) => [
      { operation: 'install', parameters: { snaps: [snap], components: { [snap]: components } } },
    ],
  },
  idempotent: true,
  expects: 'change',
  reboots: 'may',
  start: async (client, { snap, components }) =>
    changeOf(await client.snaps.actOn(snap, { action: 'remove', components })),
  matches: (change, { snap }) => isOfComponents(change) && isAbout(change, 'remove-snap', [snap]),
  verify: async (client, { snap, components }) => {
    const shown = shownSnap(await client.snaps.get(snap));
    const left = components.find((component) => shown.components?.includes(component));
    return left ? notVerified(`component "${snap}+${left}" is still installed`, shown) : verified(shown);
  },
});

const isOfComponents = ({ summary }: Change): boolean => summary.startsWith('Remove component');
