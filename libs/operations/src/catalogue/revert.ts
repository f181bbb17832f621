import * as z from 'zod/mini';
import { revision, snapName } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';
import { observeRevision, revisionBefore } from '../snap-revision';

const Parameters = z.strictObject({
  snap: snapName,
  /** The one before the current when absent. */
  revision: z.optional(revision),
});

/** Goes back to a revision that is still on the device. A second time goes back further. */
export const revert = defineOperation<z.infer<typeof Parameters>>({
  name: 'revert',
  title: 'Revert a snap',
  risk: 'reversible',
  parameters: Parameters,
  idempotent: ({ revision }) => revision !== undefined,
  expects: 'change',
  reboots: 'may',
  observe: (client, { snap }) => observeRevision(client, snap),
  start: async (client, { snap, revision }) => changeOf(await client.snaps.actOn(snap, { action: 'revert', revision })),
  matches: (change, { snap }) => isAbout(change, 'revert-snap', [snap]),
  verify: async (client, { snap, revision: wanted }, { before }) => {
    const { name, revision } = await client.snaps.get(snap);
    const was = revisionBefore(before);
    if (wanted && revision !== wanted)
      return notVerified(`snap "${snap}" is at revision ${revision}, not ${wanted}`, { name, revision });
    if (!wanted && was === revision)
      return notVerified(`snap "${snap}" is still at revision ${revision}`, { name, revision });
    return verified({ name, revision, was });
  },
});
