import * as z from 'zod/mini';
import { snapName } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { isRefusal } from '../refusals';
import { findSnap } from '../snap-revision';
import { changeOf, nothingToFollow } from '../starting';

const Parameters = z.strictObject({ snap: snapName });

/** Enables an installed snap. */
export const enable = turning('enable', 'reversible', 'active');

/** Disables a snap: it stays installed and does not run. */
export const disable = turning('disable', 'disruptive', 'installed');

/** snapd client/packages.go: a disabled snap is `installed`, an enabled one `active`. */
function turning(name: 'enable' | 'disable', risk: 'reversible' | 'disruptive', wanted: string) {
  const opposite = name === 'enable' ? 'disable' : 'enable';
  return defineOperation<z.infer<typeof Parameters>>({
    name,
    risk,
    parameters: Parameters,
    undo: {
      by: [opposite],
      steps: ({ snap }, { before }) => (before === wanted ? [] : [{ operation: opposite, parameters: { snap } }]),
    },
    idempotent: true,
    expects: 'change',
    observe: async (client, { snap }) => (await findSnap(client, snap))?.status,
    start: async (client, { snap }) => {
      try {
        return changeOf(await client.snaps.actOn(snap, { action: name }));
      } catch (error) {
        if (isRefusal(error, `snap "${snap}" already ${name}d`)) return nothingToFollow;
        throw error;
      }
    },
    matches: (change, { snap }) => isAbout(change, `${name}-snap`, [snap]),
    verify: async (client, { snap }) => {
      const { name, revision, status } = await client.snaps.get(snap);
      const shown = { name, revision, status };
      return status === wanted ? verified(shown) : notVerified(`snap "${snap}" is ${status}`, shown);
    },
  });
}
