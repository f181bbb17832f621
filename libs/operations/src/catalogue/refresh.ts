import { SnapdError, type Change, type Snap, type SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { channel, revision, snapNames, transaction, validationSets } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified, type Started, type Verdict } from '../operation';
import { changeOf, nothingToFollow } from '../starting';
import { observeSets, verifySets, wantedPins } from '../validation-set-pins';

const Parameters = z
  .strictObject({
    /** All snaps when absent. */
    snaps: z.optional(snapNames),
    channel: z.optional(channel),
    revision: z.optional(revision),
    'cohort-key': z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
    'leave-cohort': z.optional(z.boolean()),
    transaction: z.optional(transaction),
    'ignore-validation': z.optional(z.boolean()),
    /** Refreshes to what these sets ask for, installs what is missing, and enforces them. */
    'validation-sets': z.optional(validationSets),
  })
  .check(
    z.refine(
      (p) => !(p.snaps && p['validation-sets']),
      'snap names cannot be specified with validation sets to enforce',
    ),
    z.refine(
      (p) => !hasSingleOptions(p) || p.snaps?.length === 1,
      'unsupported option provided for multi-snap operation',
    ),
    z.refine(
      (p) => !(p['cohort-key'] && (p['leave-cohort'] || p.revision)),
      'cohort-key cannot be combined with leave-cohort or revision',
    ),
  );
type Parameters = z.infer<typeof Parameters>;

type SingleOptions = Pick<Parameters, 'channel' | 'revision' | 'cohort-key' | 'leave-cohort'>;
const hasSingleOptions = (p: SingleOptions): boolean =>
  [p.channel, p.revision, p['cohort-key'], p['leave-cohort']].some((option) => option !== undefined);

/** Refreshes all snaps, some, or one to a channel, revision or cohort. */
export const refresh = defineOperation<Parameters>({
  name: 'refresh',
  title: 'Refresh snaps',
  risk: 'reversible',
  parameters: Parameters,
  idempotent: true,
  expects: 'change',
  reboots: 'may',
  observe: observeSets,
  start: async (client, parameters) => {
    const { snaps, 'validation-sets': sets, transaction, 'ignore-validation': ignoreValidation } = parameters;
    const common = { transaction, 'ignore-validation': ignoreValidation };
    if (sets) return changeOf(await client.snaps.act({ action: 'refresh', 'validation-sets': sets, ...common }));
    const [only] = snaps ?? [];
    if (only && hasSingleOptions(parameters)) return refreshOne(client, only, parameters);
    return changeOf(await client.snaps.act({ action: 'refresh', snaps, ...common }));
  },
  matches: (change, { snaps, 'validation-sets': sets }) =>
    sets ? enforces(change, sets) : isAbout(change, 'refresh-snap', snaps) && !change.summary.startsWith('Enforce'),
  verify: async (client, parameters, { before }) => {
    if (parameters['validation-sets']) return verifySets(client, before, wantedPins(parameters['validation-sets']));
    return verifyRevisions(await client.snaps.list(), parameters);
  },
});

async function refreshOne(client: SnapdClient, snap: string, parameters: Parameters): Promise<Started> {
  const { snaps: _snaps, 'validation-sets': _sets, ...options } = parameters;
  try {
    return changeOf(await client.snaps.actOn(snap, { action: 'refresh', ...options }));
  } catch (error) {
    // What was asked for may be what is there: verification tells.
    if (error instanceof SnapdError && error.kind === 'snap-no-update-available') return nothingToFollow;
    throw error;
  }
}

/** Whether the change is a refresh that enforces these sets: snapd names them, in any order, in its summary. */
export function enforces(change: Change, sets: readonly string[]): boolean {
  const isOurs = change.kind === 'refresh-snap' && change.summary.startsWith('Enforce validation set');
  return isOurs && sets.every((set) => change.summary.includes(`"${set}"`));
}

function verifyRevisions(installed: Snap[], parameters: Parameters): Verdict {
  const { snaps: names, revision: wanted, channel: followed } = parameters;
  const shown = installed.filter(({ name }) => !names || names.includes(name)).map(shownRevision);
  const missing = names?.filter((name) => !shown.some((snap) => snap.name === name)) ?? [];
  if (missing.length > 0) return notVerified(`snap "${missing[0]}" is not installed`, shown);
  const [only] = shown;
  if (wanted && only?.revision !== wanted)
    return notVerified(`snap "${only?.name}" is at revision ${only?.revision}, not ${wanted}`, shown);
  if (followed && !follows(only?.['tracking-channel'] ?? '', followed))
    return notVerified(`snap "${only?.name}" follows ${only?.['tracking-channel']}, not ${followed}`, shown);
  if (parameters['cohort-key'] && only?.['cohort-key'] !== parameters['cohort-key'])
    return notVerified(`snap "${only?.name}" is not in the cohort`, shown);
  if (parameters['leave-cohort'] && only?.['cohort-key'])
    return notVerified(`snap "${only.name}" is still in a cohort`, shown);
  return verified(shown);
}

const shownRevision = (snap: Snap) => ({
  name: snap.name,
  revision: snap.revision,
  'tracking-channel': snap['tracking-channel'],
  'cohort-key': snap['cohort-key'],
});

/** snapd shows the whole channel: `stable` becomes `latest/stable`, `2.0` becomes `2.0/stable`. */
export function follows(tracking: string, asked: string): boolean {
  const risks = ['stable', 'candidate', 'beta', 'edge'];
  const [first = ''] = asked.split('/');
  const withTrack = risks.includes(first) ? asked : asked.includes('/') ? asked : `${asked}/stable`;
  return tracking === withTrack || tracking.endsWith(`/${withTrack}`) || `latest/${tracking}` === withTrack;
}
