import { SnapdError, type Snap } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { channel, revision, snapName, transaction } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified, type Verdict } from '../operation';
import { changeOf, nothingToFollow } from '../starting';

const Parameters = z
  .strictObject({
    snaps: z.array(snapName).check(z.minLength(1), z.maxLength(200)),
    channel: z.optional(channel),
    revision: z.optional(revision),
    'cohort-key': z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
    classic: z.optional(z.boolean()),
    transaction: z.optional(transaction),
    'ignore-validation': z.optional(z.boolean()),
  })
  .check(
    z.refine((p) => p.snaps.length === 1 || !isForOne(p), 'unsupported option provided for multi-snap operation'),
    z.refine((p) => !(p['cohort-key'] && p.revision), 'cohort-key cannot be combined with revision'),
  );
type Parameters = z.infer<typeof Parameters>;

const isForOne = (p: Pick<Parameters, 'channel' | 'revision' | 'cohort-key' | 'classic'>): boolean =>
  [p.channel, p.revision, p['cohort-key'], p.classic].some((option) => option !== undefined);

/** Installs snaps from the store. Those that are there already are left as they are. */
export const install = defineOperation<Parameters>({
  name: 'install',
  title: 'Install snaps',
  risk: 'reversible',
  parameters: Parameters,
  idempotent: true,
  expects: 'change',
  reboots: 'may',
  start: async (client, { snaps, ...options }) => {
    const [first = ''] = snaps;
    try {
      if (snaps.length === 1) return changeOf(await client.snaps.actOn(first, { action: 'install', ...options }));
      const { transaction, 'ignore-validation': ignoreValidation } = options;
      const common = { transaction, 'ignore-validation': ignoreValidation };
      return changeOf(await client.snaps.act({ action: 'install', snaps, ...common }));
    } catch (error) {
      if (error instanceof SnapdError && error.kind === 'snap-already-installed') return nothingToFollow;
      throw error;
    }
  },
  matches: (change, { snaps }) => isAbout(change, 'install-snap', snaps) && !change.summary.includes(' from file'),
  verify: async (client, parameters) => verifyInstalled(await client.snaps.list(), parameters),
});

function verifyInstalled(installed: Snap[], { snaps, revision: wanted }: Parameters): Verdict {
  const shown = installed.filter(({ name }) => snaps.includes(name));
  const result = shown.map(({ name, revision, channel }) => ({ name, revision, channel }));
  const missing = snaps.find((name) => !shown.some((snap) => snap.name === name));
  if (missing) return notVerified(`snap "${missing}" is not installed`, result);
  const [only] = shown;
  if (wanted && only?.revision !== wanted)
    return notVerified(`snap "${only?.name}" is at revision ${only?.revision}, not ${wanted}`, result);
  return verified(result);
}
