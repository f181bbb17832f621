import type { SnapConstraint, ValidationSet } from '@corefleet/validation-set-rules';
import type { DeviceNow, KnownDevice, SnapNow, TrackedSet } from '../planning/device-now';
import type { SetWish } from '../planning/set-wish';

/** The moment of plans in tests. */
export const NOW = new Date('2026-11-20T12:00:00Z');

/** An app of the store at a revision. */
export const aSnap = (name: string, revision: string, but: Partial<SnapNow> = {}): SnapNow => ({
  ...{ name, id: name.padEnd(32, 'x'), revision, type: 'app', base: 'core24', channel: 'latest/stable' },
  ...{ sizeBytes: 1024 * 1024, hold: undefined, ignoreValidation: false, components: {} },
  ...but,
});

/** A device of now that has said everything, with room on its disk. */
export const aDeviceNow = (but: Partial<DeviceNow> = {}): KnownDevice => ({
  ...{ deviceId: 'device-1', enrolled: true, lastSeenAt: NOW, snapdState: 'reachable' },
  ...{ snaps: [aSnap('x', '1')], sets: [], freeBytes: 1024 ** 3 },
  system: { snapdVersion: '2.77.1', refreshTimer: '00:00~24:00/4', refreshHold: undefined, features: [] },
  model: { requiredSnaps: ['core24', 'pc', 'pc-kernel', 'snapd'], sets: [] },
  ...(but as Partial<KnownDevice>),
});

/** `acme/<name>` at a sequence; snaps by name in a word: `required@2`, `invalid`. */
export function aValidationSet(name: string, sequence: number, snaps: Readonly<Record<string, string>>): ValidationSet {
  return { accountId: 'acme', name, sequence, snaps: Object.entries(snaps).map(([snap, word]) => said(snap, word)) };
}

function said(name: string, word: string): SnapConstraint {
  const [presence = '', revision] = word.split('@');
  return { name, id: name.padEnd(32, 'x'), presence: presence as SnapConstraint['presence'], revision };
}

/** The set as a device tracks it: enforced, pinned and valid unless said otherwise. */
export const tracked = (set: ValidationSet, but: Partial<TrackedSet> = {}): TrackedSet => ({
  ...{ key: `acme/${set.name}`, mode: 'enforce', sequence: set.sequence, pinnedAt: set.sequence, valid: true },
  ...but,
});

/** The set enforced, with snapshots of what may go and without consent to that. */
export const aWish = (set: ValidationSet, but: Partial<SetWish> = {}): SetWish => ({
  ...{ key: `acme/${set.name}`, mode: 'enforce', set, allowRemovals: false, saveSnapshots: true, followLatest: false },
  ...but,
});
