import type { Action } from '@corefleet/validation-set-rules';
import type { SnapNow } from './device-now';

const MIB = 1024 * 1024;

/** Left for everything else that a device writes meanwhile. */
const SPARE_BYTES = 64 * MIB;

/** A snap of a size nobody knows before it is downloaded. */
const NEW_SNAP_BYTES = 64 * MIB;

/**
 * Bytes that have to be free: no set says how large its snaps are, so a refresh is taken to need what the snap needs now
 * (the old revision stays on the disk), and a new snap an amount that most fit in.
 * @returns 0 when nothing is downloaded
 */
export function diskNeeded(snaps: readonly SnapNow[], actions: readonly Action[]): number {
  const arriving = actions.filter(({ kind, component }) => kind !== 'remove' && component === undefined);
  if (arriving.length === 0) return 0;
  const bytes = arriving.map(({ snap }) => snaps.find(({ name }) => name === snap)?.sizeBytes ?? NEW_SNAP_BYTES);
  return bytes.reduce((total, size) => total + size, SPARE_BYTES);
}
