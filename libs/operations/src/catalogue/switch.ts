import * as z from 'zod/mini';
import { channel, cohortKey, flag, snapName, worded } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, readBefore, verified } from '../operation';
import { optionProblem, shownSnap } from '../snap-options';
import { findSnap } from '../snap-revision';
import { follows } from '../snapd-words';
import { changeOf } from '../starting';
import type { UndoStep } from '../undo';
import { cohortProblem } from './refresh';

const Parameters = z
  .strictObject({
    snap: snapName,
    channel: z.optional(channel),
    'cohort-key': z.optional(cohortKey),
    'leave-cohort': flag,
  })
  .check(
    worded((p) => optionProblem(p, 1)),
    z.refine((p) => p.channel ?? p['cohort-key'] ?? p['leave-cohort'], 'expected channel, cohort-key or leave-cohort'),
  );
type Parameters = z.infer<typeof Parameters>;

const Before = z.object({
  'tracking-channel': z.optional(z.string()),
  'cohort-key': z.optional(z.string()),
});

/** Changes which channel or cohort a snap follows, without refreshing it. */
export const switchChannel = defineOperation<Parameters>({
  name: 'switch',
  risk: 'reversible',
  parameters: Parameters,
  undo: {
    by: ['switch'],
    steps: (parameters, { before }) => undoSwitch(parameters, readBefore(Before, before)),
  },
  idempotent: true,
  expects: 'change',
  touches: ['snaps'],
  observe: async (client, { snap }) => {
    const found = await findSnap(client, snap);
    return found && shownSnap(found);
  },
  start: async (client, { snap, ...to }) => changeOf(await client.snaps.actOn(snap, { action: 'switch', ...to })),
  matches: (change, { snap }) => isAbout(change, 'switch-snap', [snap]),
  verify: async (client, { snap, ...wanted }) => {
    const found = await client.snaps.get(snap);
    const tracking = found['tracking-channel'] ?? '';
    if (wanted.channel && !follows(tracking, wanted.channel))
      return notVerified(`snap "${snap}" follows ${tracking}, not ${wanted.channel}`, shownSnap(found));
    const problem = cohortProblem(found, wanted);
    return problem ? notVerified(problem, shownSnap(found)) : verified(shownSnap(found));
  },
});

function undoSwitch(asked: Parameters, was: z.infer<typeof Before> | undefined): UndoStep[] {
  if (!was) return [];
  const { snap } = asked;
  const { 'tracking-channel': tracking, 'cohort-key': cohort } = was;
  const movedCohort = asked['cohort-key'] !== undefined || asked['leave-cohort'];
  const parameters = {
    snap,
    ...(asked.channel !== undefined && tracking !== undefined && { channel: tracking }),
    ...(movedCohort && (cohort === undefined ? { 'leave-cohort': true } : { 'cohort-key': cohort })),
  };
  return Object.keys(parameters).length > 1 ? [{ operation: 'switch', parameters }] : [];
}
