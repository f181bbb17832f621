import type { Device } from '../device/device';
import { endsOf, findEnd, SYSTEM_SNAP, type End } from './ends';
import { connectsByItself } from './implicit';

/** Name of a plug or slot with its snap. */
export interface EndName {
  snap: string;
  name: string;
}

/** A connection, or the memory of one that somebody undid by hand and that must not come back by itself. */
export interface Connection {
  plug: EndName;
  slot: EndName;
  interface: string;
  /** Made without being asked for. */
  auto: boolean;
  /** Undone by hand. */
  undesired?: boolean;
}

/** The connections of one device, by `plug-snap:plug slot-snap:slot`. */
export class Connections {
  readonly byId = new Map<string, Connection>();
}

export const connectionId = (plug: EndName, slot: EndName): string =>
  `${plug.snap}:${plug.name} ${slot.snap}:${slot.name}`;

/** Established connections of the device, sorted by their id. */
export function activeConnections(device: Device): Connection[] {
  const known = device.parts.peek(Connections)?.byId;
  if (!known) return [];
  const active = [...known].filter(([, connection]) => isEstablished(device, connection));
  return active.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, connection]) => connection);
}

function isEstablished(device: Device, { plug, slot, undesired }: Connection): boolean {
  if (undesired) return false;
  return findEnd(device, 'plugs', plug.snap, plug.name) !== undefined && device.snaps.get(slot.snap)?.active === true;
}

/** What a snap would connect to by itself and is not connected to yet (§3.4: `connect` tasks added on the way). */
export function automaticConnections(device: Device, snap: string): Connection[] {
  if (!device.snaps.has(SYSTEM_SNAP)) return [];
  const known = device.parts.peek(Connections)?.byId;
  return endsOf(device, snap, 'plugs').flatMap((plug) => {
    if (!connectsByItself(device, plug.interface)) return [];
    const slot = findEnd(device, 'slots', SYSTEM_SNAP, plug.interface);
    return slot && !known?.has(connectionId(plug, slot)) ? [{ ...pair(plug, slot), auto: true }] : [];
  });
}

/** A connection between two ends. */
export const pair = (plug: End, slot: End): Omit<Connection, 'auto'> => ({
  plug: { snap: plug.snap, name: plug.name },
  slot: { snap: slot.snap, name: slot.name },
  interface: plug.interface,
});

/** Every connection a snap is part of, undone ones too. */
export function connectionsOf(device: Device, snap: string): Connection[] {
  const known = device.parts.peek(Connections)?.byId.values() ?? [];
  return [...known].filter(({ plug, slot }) => plug.snap === snap || slot.snap === snap);
}
