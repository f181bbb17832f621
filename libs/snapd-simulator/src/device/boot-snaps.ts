import { snapInfo } from '../snaps/local-snaps';
import type { Device } from './device';

/** What a snap is to the system: one it boots with, snapd itself, another base, or an app. */
export type SnapRole = 'kernel' | 'gadget' | 'boot-base' | 'base' | 'snapd' | 'app';

/**
 * The role of a snap on this device; on classic nothing is booted with (§3.6).
 * @param known its type, when the snap is not installed and comes from a file
 */
export function roleOf(device: Device, name: string, known?: string): SnapRole {
  const type = known ?? snapInfo(device, name)?.type ?? 'app';
  if (type === 'snapd') return 'snapd';
  if (type === 'kernel' || type === 'gadget') return type;
  if (type === 'base' || type === 'os') return device.modelHeaders.base === name ? 'boot-base' : 'base';
  return 'app';
}

/** Why a snap may not be removed, or undefined (snapd's policy for snaps of the model). */
export function removalRefusal(device: Device, name: string): string | undefined {
  const type = snapInfo(device, name)?.type;
  if (type === 'snapd' && device.classic) return device.snaps.size > 1 ? 'remove all other snaps first' : undefined;
  if (type === 'snapd') return 'snapd required on core devices';
  if (type === 'kernel' || type === 'gadget' || roleOf(device, name) === 'boot-base') {
    return 'snap is used by the model';
  }
  const users = [...device.snaps.keys()].filter((other) => snapInfo(device, other)?.base === name).sort();
  return users.length > 0 ? `snap is being used by snap${users.length > 1 ? 's' : ''} ${inUseBy(users)}.` : undefined;
}

function inUseBy(users: readonly string[]): string {
  return users.length === 1 ? (users[0] ?? '') : `${users.slice(0, -1).join(', ')} and ${users.at(-1) ?? ''}`;
}
