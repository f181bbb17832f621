import type { Connection, SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { flag, plugName, slotName, snapName } from '../fields';
import { defineOperation, notVerified, verified } from '../operation';
import { isRefusalOf } from '../refusals';
import { changeOf, nothingToFollow } from '../starting';

const ends = {
  plug: z.strictObject({ snap: snapName, plug: plugName }),
  slot: z.strictObject({ snap: snapName, slot: slotName }),
};
const Connect = z.strictObject(ends);
type Ends = z.infer<typeof Connect>;

/** Connects a plug to a slot. */
export const connect = defineOperation<Ends>({
  name: 'connect',
  risk: 'reversible',
  parameters: Connect,
  undo: {
    by: ['disconnect'],
    steps: (parameters, { before }) => (before === true ? [] : [{ operation: 'disconnect', parameters }]),
  },
  idempotent: true,
  expects: 'change',
  observe: async (client, of) => (await find(client, of)) !== undefined,
  start: async (client, of) => changeOf(await client.connections.connect(of)),
  matches: ({ kind, summary }, of) => kind === 'connect-snap' && summary === `Connect ${named(of, 'to')}`,
  verify: async (client, of) => {
    const shown = await find(client, of);
    return shown ? verified(shown) : notVerified(`${named(of, 'and')} are not connected`, null);
  },
});

const Disconnect = z.strictObject({
  ...ends,
  /** Also that it was ever connected or disconnected by hand: snapd may connect it by itself again. */
  forget: flag,
});

/** Disconnects a plug from a slot. Not connected is as good. */
export const disconnect = defineOperation<z.infer<typeof Disconnect>>({
  name: 'disconnect',
  risk: 'disruptive',
  parameters: Disconnect,
  undo: {
    by: ['connect'],
    steps: ({ plug, slot }, { before }) =>
      before === true ? [{ operation: 'connect', parameters: { plug, slot } }] : [],
  },
  idempotent: true,
  expects: 'change',
  observe: async (client, of) => (await find(client, of)) !== undefined,
  start: async (client, { forget, ...of }) => {
    try {
      return changeOf(await client.connections.disconnect(of, { forget }));
    } catch (error) {
      if (isRefusalOf(error, 'interfaces-unchanged')) return nothingToFollow;
      throw error;
    }
  },
  matches: ({ kind, summary }, of) => kind === 'disconnect-snap' && summary === `Disconnect ${named(of, 'from')}`,
  verify: async (client, of) => {
    const shown = await find(client, of);
    return shown ? notVerified(`${named(of, 'and')} are still connected`, shown) : verified(null);
  },
});

const named = ({ plug, slot }: Ends, word: string): string =>
  `${plug.snap}:${plug.plug} ${word} ${slot.snap}:${slot.slot}`;

async function find(client: SnapdClient, { plug, slot }: Ends): Promise<Connection | undefined> {
  const { established } = await client.connections.list({ select: 'all' });
  return established.find(
    (one) =>
      one.plug.snap === plug.snap &&
      one.plug.plug === plug.plug &&
      one.slot.snap === slot.snap &&
      one.slot.slot === slot.slot,
  );
}
