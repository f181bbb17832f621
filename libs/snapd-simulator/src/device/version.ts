import type { Device } from './device';

/** snapd's version on a device: what is told, and what its differences go by. */
export const versionOf = (device: Device): string => device.options.version ?? '2.77.1';

/** Whether the device's snapd is older than a version, e.g. `2.70`. */
export function isBefore(device: Device, version: string): boolean {
  const [have, want] = [parts(versionOf(device)), parts(version)];
  return have.major !== want.major ? have.major < want.major : have.minor < want.minor;
}

interface Parts {
  readonly major: number;
  readonly minor: number;
}

/** Versions are few and asked for at every request. */
const known = new Map<string, Parts>();

function parts(version: string): Parts {
  const found = known.get(version);
  if (found) return found;
  const [major = 0, minor = 0] = version.split(/[.+-]/).map(Number);
  const made = { major, minor };
  known.set(version, made);
  return made;
}
