import * as z from 'zod/mini';
import { snapName } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';

const Parameters = z.strictObject({ snap: snapName });

/** Enables an installed snap. */
export const enable = defineOperation<z.infer<typeof Parameters>>({
  name: 'enable',
  title: 'Enable a snap',
  risk: 'reversible',
  parameters: Parameters,
  idempotent: true,
  expects: 'change',
  reboots: 'never',
  start: async (client, { snap }) => changeOf(await client.snaps.actOn(snap, { action: 'enable' })),
  matches: (change, { snap }) => isAbout(change, 'enable-snap', [snap]),
  verify: async (client, { snap }) => {
    // snapd client/packages.go: a disabled snap is `installed`, an enabled one `active`.
    const { name, revision, status } = await client.snaps.get(snap);
    const shown = { name, revision, status };
    return status === 'active' ? verified(shown) : notVerified(`snap "${snap}" is ${status}`, shown);
  },
});
