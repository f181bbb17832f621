import type { Device } from '../device/device';

/** Why the confinement that was asked for cannot be, or undefined (§8.1). */
export function modeFault(
  device: Device,
  { devmode, jailmode, classic }: { devmode?: boolean; jailmode?: boolean; classic?: boolean },
): string | undefined {
  const { confinement = 'strict' } = device.options.machine ?? {};
  if (jailmode && confinement !== 'strict') return 'this system cannot honour the jailmode flag';
  if (devmode && jailmode) return 'cannot use devmode and jailmode flags together';
  return devmode && classic ? 'cannot use classic and devmode flags together' : undefined;
}
