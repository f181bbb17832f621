import { assertionsOf } from '../assertions/database';
import type { Device } from '../device/device';
import type { ValidationSetAssertion } from '../snaps/store';
import { setFromAssertion } from './assertion-text';
import type { SetReference } from './tracking';

/** The newest sequence, or the one asked for, among what the device has: fetched before, or added as an assertion. */
export function knownSet(
  device: Device,
  { accountId, name, sequence }: SetReference,
): ValidationSetAssertion | undefined {
  const headers = { 'account-id': accountId, name, ...(sequence !== undefined && { sequence: String(sequence) }) };
  const added = assertionsOf(device).find({ type: 'validation-set', headers }).map(setFromAssertion);
  const at = sequence ?? device.sets.newestKnown(accountId, name);
  const before = at === undefined ? undefined : device.store.validationSet(accountId, name, at);
  const all = [...added, ...(before ? [before] : [])].sort((a, b) => b.sequence - a.sequence);
  return all[0];
}
