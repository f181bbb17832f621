import type { Device } from '../device/device';
import { snapInfo } from '../snaps/local-snaps';
import { implicitPlugs, implicitSlots } from './implicit';

/** A plug or a slot of an installed snap. */
export interface End {
  snap: string;
  name: string;
  interface: string;
  attrs?: Record<string, unknown>;
  label?: string;
  apps: readonly string[];
}

/** The snap that stands for the system: its slots are the system's. */
export const SYSTEM_SNAP = 'snapd';

/** Plugs or slots of one snap, by name; the system's own with those of the snapd snap. */
export function endsOf(device: Device, snap: string, side: 'plugs' | 'slots'): End[] {
  if (!device.snaps.get(snap)?.active) return [];
  const own = (snapInfo(device, snap)?.[side] ?? []).map((end) => ({ ...end, snap }));
  if (snap !== SYSTEM_SNAP) return own;
  const implicit = side === 'slots' ? implicitSlots(device) : implicitPlugs(device);
  return [...own, ...implicit.map((name) => ({ snap, name, interface: name, apps: [] }))].sort(byName);
}

/** Plugs or slots of all active snaps, sorted. */
export const allEnds = (device: Device, side: 'plugs' | 'slots'): End[] =>
  [...device.snaps.keys()].sort().flatMap((snap) => endsOf(device, snap, side));

export const findEnd = (device: Device, side: 'plugs' | 'slots', snap: string, name: string): End | undefined =>
  endsOf(device, snap, side).find((end) => end.name === name);

const byName = (a: End, b: End): number => (a.name < b.name ? -1 : 1);
