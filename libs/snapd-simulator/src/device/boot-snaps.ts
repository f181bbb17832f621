import type { Device } from './device';

/** Whether a snap takes part in booting (its refresh needs a reboot), is snapd itself (daemon restart) or neither. */
export function fullSnapType(device: Device, name: string): 'boot' | 'snapd' | 'other' {
  const type = device.store.snap(name)?.type;
  if (type === 'snapd') return 'snapd';
  if (type === 'kernel' || type === 'gadget') return 'boot';
  return type === 'base' && device.modelHeaders.base === name ? 'boot' : 'other';
}

/** Why a snap may not be removed, or undefined (snapd's policy for snaps of the model). */
export function removalRefusal(device: Device, name: string): string | undefined {
  const type = device.store.snap(name)?.type;
  if (type === 'snapd') return 'snapd required on core devices';
  if (type === 'kernel' || type === 'gadget' || fullSnapType(device, name) === 'boot')
    return 'snap is used by the model';
  const users = [...device.snaps.keys()].filter((other) => device.store.snap(other)?.base === name).sort();
  return users.length > 0 ? `snap is being used by snap${users.length > 1 ? 's' : ''} ${inUseBy(users)}.` : undefined;
}

function inUseBy(users: readonly string[]): string {
  return users.length === 1 ? (users[0] ?? '') : `${users.slice(0, -1).join(', ')} and ${users.at(-1) ?? ''}`;
}
