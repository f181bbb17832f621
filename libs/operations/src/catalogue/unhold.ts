import * as z from 'zod/mini';
import { snapNames } from '../fields';
import { observeHolds, observeSystemHold, undoHolds } from '../holds';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';

const Parameters = z.strictObject({
  /** All snaps when absent: lifts the hold on all, not those on single snaps. */
  snaps: z.optional(snapNames),
});

/** Lifts a hold of refreshes. */
export const unhold = defineOperation<z.infer<typeof Parameters>>({
  name: 'unhold',
  risk: 'reversible',
  parameters: Parameters,
  undo: {
    by: ['hold', 'unhold'],
    // One on a single snap was general unless somebody chose otherwise: snap refresh --hold.
    steps: ({ snaps }, { before }) => undoHolds(before, snaps, snaps ? 'general' : 'auto-refresh'),
  },
  idempotent: true,
  expects: 'change',
  touches: ['snaps', 'system-info'],
  observe: (client, { snaps }) => observeHolds(client, snaps),
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
