import type { ValidationSet } from '@corefleet/validation-set-rules';

/** Snaps of a device: what boots it, and apps. */
export const SNAPS = ['snapd', 'core24', 'pc', 'pc-kernel', ...Array.from({ length: 26 }, (_, at) => `app-${at + 1}`)];

const OLD = '7';
const NEW = '8';
const pinned = (revisionOf: (at: number) => string): ValidationSet['snaps'] =>
  SNAPS.map((name, at) => ({ name, presence: 'required', revision: revisionOf(at) }));

/** The set that is rolled out, what the devices have of it now, and one that contradicts it. */
export const WANTED: ValidationSet = { accountId: 'acme', name: 'base', sequence: 14, snaps: pinned(() => NEW) };
const BEFORE: ValidationSet = { ...WANTED, sequence: 13, snaps: pinned((at) => (at % 2 === 0 ? OLD : NEW)) };
const CONTRARY: ValidationSet = {
  ...{ accountId: 'acme', name: 'extra', sequence: 2 },
  snaps: [{ name: 'app-1', presence: 'required', revision: OLD }],
};
export const SETS = [WANTED, BEFORE, CONTRARY];

/** Kinds of devices, dealt out in turn. Of ten, eight change, one has the set, one enforces what contradicts it. */
export const KINDS = 10;

/** What a device of a kind has. */
export function kindOfDevice(kind: number): { revisions: Record<string, string>; sets: ValidationSet[] } {
  const sets = kind === 0 ? [WANTED] : kind === 1 ? [BEFORE, CONTRARY] : [BEFORE];
  const [{ snaps }] = sets as [ValidationSet];
  return { revisions: Object.fromEntries(snaps.map(({ name, revision }) => [name, revision ?? NEW])), sets };
}
