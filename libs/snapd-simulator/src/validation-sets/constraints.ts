import type { ValidationSetAssertion, ValidationSetSnap } from '../snaps/store';

/** One set's say about one snap or component. */
export interface Entry {
  set: ValidationSetAssertion;
  presence: 'required' | 'optional' | 'invalid';
  revision?: number;
}

/** Everything a combination of sets says about one component of a snap. */
export interface ComponentConstraint {
  name: string;
  entries: Entry[];
}

/** Everything a combination of sets says about one snap. */
export interface SnapConstraint {
  name: string;
  id?: string;
  entries: Entry[];
  /** Sorted by name. */
  components: ComponentConstraint[];
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
      let constraint = constraints.find((other) => isSame(other, snap));
      if (!constraint) constraints.push((constraint = { name: snap.name, id: snap.id, entries: [], components: [] }));
      constraint.entries.push({ set, presence: snap.presence ?? 'required', revision: snap.revision });
      constraint.id ??= snap.id;
      gatherComponents(constraint, set, snap);
    }
  }
  return constraints.sort(byName);
}

function gatherComponents(constraint: SnapConstraint, set: ValidationSetAssertion, snap: ValidationSetSnap): void {
  for (const [name, { presence, revision }] of Object.entries(snap.components ?? {})) {
    let component = constraint.components.find((other) => other.name === name);
    if (!component) constraint.components.push((component = { name, entries: [] }));
    component.entries.push({ set, presence, revision });
  }
  constraint.components.sort(byName);
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

function isSame(a: { name: string; id?: string }, b: { name: string; id?: string }): boolean {
  return a.id !== undefined && b.id !== undefined ? a.id === b.id : a.name === b.name;
}

/** The combination of one snap's or component's entries; it does not depend on their order (§6.5). */
export function combine({ entries }: { entries: readonly Entry[] }): Effective {
  const required = entries.some((entry) => entry.presence === 'required');
  const invalid = entries.some((entry) => entry.presence === 'invalid');
  const pins = pinnedRevisions(entries);
  if (invalid || pins.length > 1) return { kind: required ? 'conflict' : 'invalid' };
  return { kind: required ? 'required' : 'optional', revision: pins[0] };
}

/** Distinct revisions the entries pin, ascending; entries that call it invalid have no say. */
export function pinnedRevisions(entries: readonly Entry[]): number[] {
  const pins = entries.flatMap((entry) =>
    entry.presence !== 'invalid' && entry.revision !== undefined ? [entry.revision] : [],
  );
  return [...new Set(pins)].sort((a, b) => a - b);
}
