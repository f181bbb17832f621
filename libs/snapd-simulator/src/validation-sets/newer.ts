import type { Device } from '../device/device';
import type { ValidationSetAssertion } from '../snaps/store';
import { enforcedWith, installedRevisions, type TrackedSet } from './tracking';
import { unmet } from './verdict';
import { conflictText } from './verdict-texts';

/**
 * Takes newer sequences of the tracked sets that are not pinned, as a refresh of all snaps does: an enforced one only
 * if nothing conflicts, is missing or must go; wrong revisions are then put right by the refresh itself (§6.3).
 */
export function acceptNewerSets(device: Device): void {
  if (device.store.unreachable) return;
  for (const set of device.sets.list()) {
    const newest = set.pinnedAt === undefined && device.store.validationSet(set.accountId, set.name);
    if (newest && newest.sequence > set.sequence && isAcceptable(device, set, newest)) {
      device.sets.track({ ...set, sequence: newest.sequence });
    }
  }
}

function isAcceptable(device: Device, set: TrackedSet, newest: ValidationSetAssertion): boolean {
  if (set.mode === 'monitor') return true;
  const sets = enforcedWith(device, [newest]);
  if (conflictText(sets) !== undefined) return false;
  const lacking = unmet(sets, installedRevisions(device));
  return !lacking || (lacking.missing.length === 0 && lacking.invalid.length === 0);
}
