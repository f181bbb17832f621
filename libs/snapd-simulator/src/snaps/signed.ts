import { assertionsOf } from '../assertions/database';
import type { Device } from '../device/device';
import type { SnapFile } from '../snap-files/read-snap';

/** Revision that a snap-revision assertion on the device gives a file; undefined when none vouches for it (§8.3). */
export function signedRevision(device: Device, file: SnapFile): number | undefined {
  const digest = Buffer.from(file.digest, 'hex').toString('base64url');
  const found = assertionsOf(device).find({ type: 'snap-revision', headers: { 'snap-sha3-384': digest } })[0];
  return found && Number(found.headers['snap-revision']);
}
