import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { holdLevel, holdTime, snapNames } from '../fields';
import { isHeldUntil, observeHolds, observeSystemHold, undoHolds } from '../holds';
import { isAbout } from '../matching';
import { defineOperation, notVerified, verified, type Verdict } from '../operation';
import { changeOf } from '../starting';

const Parameters = z
  .strictObject({
    /** All snaps when absent. */
    snaps: z.optional(snapNames),
    time: holdTime,
    'hold-level': holdLevel,
  })
  .check(
    z.refine(
      (p) => p.snaps !== undefined || p['hold-level'] === 'auto-refresh',
      'holding general refreshes for all snaps is not supported',
    ),
  );
type Parameters = z.infer<typeof Parameters>;

/** Holds refreshes until a time or for ever. */
export const hold = defineOperation<Parameters>({
  name: 'hold',
  risk: 'reversible',
  parameters: Parameters,
  undo: {
    by: ['hold', 'unhold'],
    steps: ({ snaps, 'hold-level': level }, { before }) => undoHolds(before, snaps, level),
  },
  idempotent: true,
  expects: 'change',
  touches: ['snaps', 'system-info'],
  observe: (client, { snaps }) => observeHolds(client, snaps),
  start: async (client, parameters) => changeOf(await client.snaps.act({ action: 'hold', ...parameters })),
  matches: (change, { snaps }) => isAbout(change, 'hold-snap', snaps),
  verify: (client, parameters) =>
    parameters.snaps ? verifySnaps(client, parameters.snaps, parameters.time) : verifySystem(client, parameters.time),
});

async function verifySnaps(client: SnapdClient, names: readonly string[], time: string): Promise<Verdict> {
  const held = (await client.snaps.list())
    .filter(({ name }) => names.includes(name))
    .map(({ name, hold }) => ({ name, hold }));
  const free = names.find((name) => !isHeldUntil(held.find((snap) => snap.name === name)?.hold, time));
  return free ? notVerified(`snap "${free}" is not held until ${time}`, held) : verified(held);
}

async function verifySystem(client: SnapdClient, time: string): Promise<Verdict> {
  const shown = await observeSystemHold(client);
  const result = { 'refresh.hold': shown };
  return isHeldUntil(shown, time) ? verified(result) : notVerified(`refreshes are not held until ${time}`, result);
}
