import * as z from 'zod/mini';
import { snapNames } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';
import { observeSystemHold } from '../system-hold';

const Parameters = z.strictObject({
  /** All snaps when absent: lifts the hold on all, not those on single snaps. */
  snaps: z.optional(snapNames),
});

/** Lifts a hold of refreshes. */
export const unhold = defineOperation<z.infer<typeof Parameters>>({
  name: 'unhold',
  title: 'Lift a hold of refreshes',
  risk: 'reversible',
  parameters: Parameters,
  idempotent: true,
  expects: 'change',
  reboots: 'never',
  start: async (client, { snaps }) => changeOf(await client.snaps.act({ action: 'unhold', snaps })),
  matches: (change, { snaps }) => isAbout(change, 'unhold-snap', snaps),
  verify: async (client, { snaps }) => {
    if (!snaps) {
      const shown = await observeSystemHold(client);
      const result = { 'refresh.hold': shown };
      return shown ? notVerified(`refreshes are held until ${shown}`, result) : verified(result);
    }
    const shown = (await client.snaps.list()).filter(({ name }) => snaps.includes(name));
    const result = shown.map(({ name, hold }) => ({ name, hold }));
    const held = shown.find(({ hold }) => hold);
    return held ? notVerified(`snap "${held.name}" is held until ${held.hold}`, result) : verified(result);
  },
});
