import type { ValidationSetAssertion } from '../snaps/store';

/** One set's say about one snap. */
export interface Entry {
  set: ValidationSetAssertion;
  presence: 'required' | 'optional' | 'invalid';
  revision?: number;
}

/** Everything a combination of sets says about one snap. */
export interface SnapConstraint {
  name: string;
  id?: string;
  entries: Entry[];
}

/** What holds for a snap when its sets are taken together (§6.5). */
export type Effective =
  { kind: 'conflict' } | { kind: 'invalid' } | { kind: 'required' | 'optional'; revision?: number };

/** `acct/name`, the key in texts about enforcing. */
export const setKey = (set: ValidationSetAssertion): string => `${set.accountId}/${set.name}`;

/** `16/acct/name/3`, the key in texts about operations on snaps. */
export const sequenceKey = (set: ValidationSetAssertion): string => `16/${setKey(set)}/${set.sequence}`;

/** Gathers the sets' entries per snap: by snap id, or by name where one side has none. Sorted by name. */
export function gather(sets: readonly ValidationSetAssertion[]): SnapConstraint[] {
  const constraints: SnapConstraint[] = [];
  for (const set of sets) {
    for (const snap of set.snaps) {
      const same = constraints.find((other) => isSame(other, snap));
      const entry = { set, presence: snap.presence ?? 'required', revision: snap.revision };
      if (same) {
        same.entries.push(entry);
        same.id ??= snap.id;
      } else constraints.push({ name: snap.name, id: snap.id, entries: [entry] });
    }
  }
  return constraints.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isSame(a: { name: string; id?: string }, b: { name: string; id?: string }): boolean {
  return a.id !== undefined && b.id !== undefined ? a.id === b.id : a.name === b.name;
}

/** The combination of one snap's entries; it does not depend on their order (§6.5). */
export function combine(constraint: SnapConstraint): Effective {
  const required = constraint.entries.some((entry) => entry.presence === 'required');
  const invalid = constraint.entries.some((entry) => entry.presence === 'invalid');
  const pins = pinnedRevisions(constraint);
  if (invalid || pins.length > 1) return { kind: required ? 'conflict' : 'invalid' };
  return { kind: required ? 'required' : 'optional', revision: pins[0] };
}

/** Distinct revisions the snap is pinned to, ascending; entries that call it invalid have no say. */
export function pinnedRevisions(constraint: SnapConstraint): number[] {
  const pins = constraint.entries.flatMap((entry) =>
    entry.presence !== 'invalid' && entry.revision !== undefined ? [entry.revision] : [],
  );
  return [...new Set(pins)].sort((a, b) => a - b);
}
