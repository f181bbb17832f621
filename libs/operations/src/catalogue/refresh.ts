import type { Change, Snap, SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { observeRefresh, refreshUndoneBy, setsBefore, undoRefresh } from '../before-refresh';
import { flag, keyOfSet, snapNames, validationSets, worded } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified, type Started, type Verdict } from '../operation';
import { isRefusalOf } from '../refusals';
import {
  commonOf,
  commonOptions,
  components,
  isForOne,
  missingComponent,
  optionProblem,
  revisionOptions,
  shownSnap,
} from '../snap-options';
import { follows } from '../snapd-words';
import { changeOf, nothingToFollow } from '../starting';
import { verifySets, wantedPins } from '../validation-set-pins';

const Parameters = z
  .strictObject({
    /** All snaps when absent. */
    snaps: z.optional(snapNames),
    components,
    ...revisionOptions,
    ...commonOptions,
    'leave-cohort': flag,
    /** Takes a snap that was sideloaded for the one of that name in the store. */
    amend: flag,
    /** Refreshes to what these sets ask for, installs what is missing, and enforces them. */
    'validation-sets': z.optional(validationSets),
  })
  .check(
    z.refine(
      (p) => !(p.snaps && p['validation-sets']),
      'snap names cannot be specified with validation sets to enforce',
    ),
    worded((p) => optionProblem(p, p.snaps?.length ?? 0)),
  );
type Parameters = z.infer<typeof Parameters>;

/** Refreshes all snaps, some, or one to a channel, revision or cohort. */
export const refresh = defineOperation<Parameters>({
  name: 'refresh',
  risk: 'reversible',
  parameters: Parameters,
  undo: {
    by: refreshUndoneBy,
    steps: ({ snaps, channel: followed, 'validation-sets': sets }, done) =>
      undoRefresh(done, { snaps, channel: followed, sets: sets?.map(keyOfSet) }),
  },
  idempotent: true,
  expects: 'change',
  reboots: 'may',
  observe: (client, { snaps }) => observeRefresh(client, snaps),
  start: async (client, parameters) => {
    const { snaps, components: wanted, 'validation-sets': sets, ...options } = parameters;
    const common = commonOf(options);
    if (sets) return changeOf(await client.snaps.act({ action: 'refresh', 'validation-sets': sets, ...common }));
    const [only] = snaps ?? [];
    if (only && isForOne(options)) return refreshOne(client, only, parameters);
    return changeOf(await client.snaps.act({ action: 'refresh', snaps, components: wanted, ...common }));
  },
  matches: (change, { snaps, 'validation-sets': sets }) =>
    sets ? enforces(change, sets) : isAbout(change, 'refresh-snap', snaps) && !change.summary.startsWith('Enforce'),
  verify: async (client, parameters, { before }) => {
    const { 'validation-sets': sets } = parameters;
    if (sets) return verifySets(client, setsBefore(before), wantedPins(sets));
    return verifyRefreshed(await client.snaps.list(), parameters);
  },
});

async function refreshOne(client: SnapdClient, snap: string, parameters: Parameters): Promise<Started> {
  const { snaps: _snaps, 'validation-sets': _sets, components: wanted, ...options } = parameters;
  try {
    return changeOf(await client.snaps.actOn(snap, { action: 'refresh', components: wanted?.[snap], ...options }));
  } catch (error) {
    // What was asked for may be what is there: verification tells.
    if (isRefusalOf(error, 'snap-no-update-available')) return nothingToFollow;
    throw error;
  }
}

/** Whether the change is a refresh that enforces these sets: snapd names them, in any order, in its summary. */
export function enforces(change: Change, sets: readonly string[]): boolean {
  const isOurs = change.kind === 'refresh-snap' && change.summary.startsWith('Enforce validation set');
  return isOurs && sets.every((set) => change.summary.includes(`"${set}"`));
}

function verifyRefreshed(installed: Snap[], parameters: Parameters): Verdict {
  const { snaps: names, revision: wanted, channel: followed } = parameters;
  const shown = installed.filter(({ name }) => !names || names.includes(name));
  const result = shown.map(shownSnap);
  const missing = names?.find((name) => !shown.some((snap) => snap.name === name));
  if (missing) return notVerified(`snap "${missing}" is not installed`, result);
  const [only] = shown;
  if (wanted && only?.revision !== wanted)
    return notVerified(`snap "${only?.name}" is at revision ${only?.revision}, not ${wanted}`, result);
  if (followed && !follows(only?.['tracking-channel'] ?? '', followed))
    return notVerified(`snap "${only?.name}" follows ${only?.['tracking-channel']}, not ${followed}`, result);
  const problem = only && cohortProblem(only, parameters);
  if (problem) return notVerified(problem, result);
  const lacking = missingComponent(shown, parameters.components);
  return lacking ? notVerified(`component "${lacking}" is not installed`, result) : verified(result);
}

/** What is wrong with a snap's cohort; undefined when it is as asked. */
export function cohortProblem(
  { name, 'cohort-key': shown }: Snap,
  asked: Pick<Parameters, 'cohort-key' | 'leave-cohort'>,
): string | undefined {
  if (asked['cohort-key'] && shown !== asked['cohort-key']) return `snap "${name}" is not in the cohort`;
  return asked['leave-cohort'] && shown ? `snap "${name}" is still in a cohort` : undefined;
}
