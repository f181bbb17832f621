import { statfs } from 'node:fs/promises';
import type { Host } from '@corefleet/contracts/device-protocol';

/** A device logs all the time: what is free is told in parts of the whole, so that it is news only when it matters. */
const PARTS = 64;

/**
 * The device's time zone, and the disk on which a directory lies: on Ubuntu Core, snapd's data lies on the same.
 * @throws when the directory is not there
 */
export async function readHost(directory: string): Promise<Host> {
  const { bsize, blocks, bavail } = await statfs(directory);
  const [free, total] = [bavail * bsize, blocks * bsize];
  return { timeZone: timeZone(), disk: { free: roundedFree(free, total), total } };
}

/** Rounded down to a 64th of the whole, and never more than there is. */
export function roundedFree(free: number, total: number): number {
  const part = Math.max(1, Math.floor(total / PARTS));
  return Math.floor(free / part) * part;
}

function timeZone(): string {
  // Node keeps the zone it found at its start. Touching TZ, even where there is none to delete, makes it look at
  // /etc/localtime again.
  if (process.env.TZ === undefined) delete process.env.TZ;
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
