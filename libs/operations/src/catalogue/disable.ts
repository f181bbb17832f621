import * as z from 'zod/mini';
import { snapName } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';

const Parameters = z.strictObject({ snap: snapName });

/** Disables an installed snap. */
export const disable = defineOperation<z.infer<typeof Parameters>>({
  name: 'disable',
  title: 'Disable a snap',
  risk: 'disruptive',
  parameters: Parameters,
  idempotent: true,
  expects: 'change',
  reboots: 'never',
  start: async (client, { snap }) => changeOf(await client.snaps.actOn(snap, { action: 'disable' })),
  matches: (change, { snap }) => isAbout(change, 'disable-snap', [snap]),
  verify: async (client, { snap }) => {
    // snapd client/packages.go: a disabled snap is `installed`, an enabled one `active`.
    const { name, revision, status } = await client.snaps.get(snap);
    const shown = { name, revision, status };
    return status === 'installed' ? verified(shown) : notVerified(`snap "${snap}" is ${status}`, shown);
  },
});
