import type { Snap } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { flag, quotaGroupName, snapNames, worded } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified, type Verdict } from '../operation';
import { isRefusalOf } from '../refusals';
import {
  commonOf,
  commonOptions,
  components,
  missingComponent,
  optionProblem,
  revisionOptions,
  shownSnap,
} from '../snap-options';
import { observeRevisions, revisionsBefore } from '../snap-revision';
import { changeOf, nothingToFollow } from '../starting';

const Parameters = z
  .strictObject({
    snaps: snapNames,
    components,
    ...revisionOptions,
    ...commonOptions,
    'quota-group': z.optional(quotaGroupName),
    /** Without its aliases. */
    unaliased: flag,
    /** Its aliases win over those of other snaps. */
    prefer: flag,
  })
  .check(
    worded((p) => optionProblem(p, p.snaps.length)),
    z.refine((p) => !(p.unaliased && p.prefer), 'cannot use unaliased and prefer flags together'),
    z.refine((p) => areOf(p.components, p.snaps), 'components are of a snap that is not installed by this'),
  );
type Parameters = z.infer<typeof Parameters>;

const areOf = (by: Record<string, unknown> | undefined, snaps: readonly string[]): boolean =>
  Object.keys(by ?? {}).every((snap) => snaps.includes(snap));

/** Installs snaps and components from the store. Those that are there already are left as they are. */
export const install = defineOperation<Parameters>({
  name: 'install',
  risk: 'reversible',
  parameters: Parameters,
  undo: {
    by: ['remove'],
    steps: ({ snaps }, { before }) => {
      const added = snaps.filter((snap) => !(snap in revisionsBefore(before)));
      return added.length > 0 ? [{ operation: 'remove', parameters: { snaps: added } }] : [];
    },
  },
  idempotent: true,
  expects: 'change',
  reboots: 'may',
  observe: (client, { snaps }) => observeRevisions(client, snaps),
  start: async (client, { snaps, components: wanted, ...options }) => {
    const [only = '', ...more] = snaps;
    const { unaliased, 'quota-group': quotaGroup } = options;
    try {
      if (more.length === 0)
        return changeOf(await client.snaps.actOn(only, { action: 'install', components: wanted?.[only], ...options }));
      const common = { ...commonOf(options), unaliased, 'quota-group': quotaGroup };
      return changeOf(await client.snaps.act({ action: 'install', snaps, components: wanted, ...common }));
    } catch (error) {
      if (isRefusalOf(error, 'snap-already-installed')) return nothingToFollow;
      throw error;
    }
  },
  matches: (change, { snaps }) => isAbout(change, 'install-snap', snaps) && !change.summary.includes(' from file'),
  verify: async (client, parameters) => verifyInstalled(await client.snaps.list(), parameters),
});

function verifyInstalled(installed: Snap[], { snaps, revision: wanted, components: parts }: Parameters): Verdict {
  const shown = installed.filter(({ name }) => snaps.includes(name));
  const result = shown.map(shownSnap);
  const missing = snaps.find((name) => !shown.some((snap) => snap.name === name));
  if (missing) return notVerified(`snap "${missing}" is not installed`, result);
  const [only] = shown;
  if (wanted && only?.revision !== wanted)
    return notVerified(`snap "${only?.name}" is at revision ${only?.revision}, not ${wanted}`, result);
  const lacking = missingComponent(shown, parts);
  return lacking ? notVerified(`component "${lacking}" is not installed`, result) : verified(result);
}
