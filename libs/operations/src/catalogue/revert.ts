import * as z from 'zod/mini';
import { flag, revision, snapName, worded } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { isRefusal } from '../refusals';
import { optionProblem } from '../snap-options';
import { observeRevisions, revertTo, revisionsBefore } from '../snap-revision';
import { changeOf, nothingToFollow } from '../starting';

const Parameters = z
  .strictObject({
    snap: snapName,
    /** The one before the current when absent. */
    revision: z.optional(revision),
    devmode: flag,
    jailmode: flag,
    classic: flag,
    'system-restart-immediate': flag,
  })
  .check(worded((p) => optionProblem(p, 1)));

/** Goes back to a revision that is still on the device. A second time goes back further. */
export const revert = defineOperation<z.infer<typeof Parameters>>({
  name: 'revert',
  risk: 'reversible',
  parameters: Parameters,
  undo: { by: ['revert'], steps: ({ snap }, { before }) => revertTo(revisionsBefore(before), [snap]) },
  idempotent: ({ revision: wanted }) => wanted !== undefined,
  expects: 'change',
  reboots: 'may',
  observe: (client, { snap }) => observeRevisions(client, [snap]),
  start: async (client, { snap, ...options }) => {
    try {
      return changeOf(await client.snaps.actOn(snap, { action: 'revert', ...options }));
    } catch (error) {
      if (options.revision && isRefusal(error, 'already on requested revision')) return nothingToFollow;
      throw error;
    }
  },
  matches: (change, { snap }) => isAbout(change, 'revert-snap', [snap]),
  verify: async (client, { snap, revision: wanted }, { before }) => {
    const { name, revision: now } = await client.snaps.get(snap);
    const was = revisionsBefore(before)[snap];
    const result = { name, revision: now };
    if (wanted && now !== wanted) return notVerified(`snap "${snap}" is at revision ${now}, not ${wanted}`, result);
    if (!wanted && was === now) return notVerified(`snap "${snap}" is still at revision ${now}`, result);
    return verified({ ...result, was });
  },
});
