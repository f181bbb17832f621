import { keyOf, type Constraint, type ValidationSet } from './validation-set';

/*
 * What several sets say of one snap or component, taken together (snapd asserts/snapasserts/validation_sets.go). The
 * order of the sets does not matter.
 *
 * | any required | any invalid, or more than one revision pinned | together                           |
 * | ------------ | --------------------------------------------- | ---------------------------------- |
 * | yes          | yes                                           | conflict                           |
 * | no           | yes                                           | invalid: it must not be there      |
 * | yes          | no                                            | required, at the pinned revision   |
 * | no           | no                                            | optional, at the pinned revision   |
 */

/** One set's say. */
export interface Say extends Constraint {
  /** `account/name` of the set. */
  set: string;
}

/** What holds for one snap or component when all sets are taken together. */
export type Effective =
  { kind: 'conflict' } | { kind: 'invalid' } | { kind: 'required' | 'optional'; revision?: string | undefined };

/** The combination of what is said of one snap or component. */
export function combine(says: readonly Say[]): Effective {
  const required = says.some(({ presence }) => presence === 'required');
  const invalid = says.some(({ presence }) => presence === 'invalid');
  const [revision, ...others] = pinsOf(says);
  if (invalid || others.length > 0) return { kind: required ? 'conflict' : 'invalid' };
  return { kind: required ? 'required' : 'optional', ...(revision !== undefined && { revision }) };
}

/** The revisions that are pinned, ascending; who calls it invalid has no say. */
export function pinsOf(says: readonly Say[]): string[] {
  const pins = says.flatMap(({ presence, revision }) => (presence !== 'invalid' && revision ? [revision] : []));
  return [...new Set(pins)].sort((a, b) => Number(a) - Number(b));
}

/** Everything the sets say of one component. */
export interface CombinedComponent {
  name: string;
  says: readonly Say[];
  effective: Effective;
}

/** Everything the sets say of one snap. */
export interface CombinedSnap extends CombinedComponent {
  id?: string | undefined;
  /** Sorted by name. */
  components: readonly CombinedComponent[];
}

/**
 * Takes sets together, snap by snap, sorted by name. Snaps are the same by id; by name only where one side has no id.
 * @param sets one sequence of each, as `unionOf` leaves them
 */
export function combineSets(sets: readonly ValidationSet[]): CombinedSnap[] {
  const gathered = new Gathered();
  for (const set of sets) for (const snap of set.snaps) gathered.add(keyOf(set), snap);
  return gathered.combined();
}

interface Gathering {
  name: string;
  id?: string | undefined;
  says: Say[];
  components: Map<string, Say[]>;
}

class Gathered {
  private readonly byId = new Map<string, Gathering>();
  private readonly byName = new Map<string, Gathering>();
  private readonly all: Gathering[] = [];

  add(set: string, { name, id, presence, revision, components = {} }: ValidationSet['snaps'][number]): void {
    const snap = this.find(name, id) ?? this.begin(name);
    if (id !== undefined && snap.id === undefined) {
      snap.id = id;
      this.byId.set(id, snap);
    }
    snap.says.push({ set, presence, revision });
    for (const [component, said] of Object.entries(components)) {
      const says = snap.components.get(component) ?? [];
      snap.components.set(component, [...says, { set, ...said }]);
    }
  }

  combined(): CombinedSnap[] {
    return this.all.sort(byName).map(({ name, id, says, components }) => ({
      ...{ name, id, says, effective: combine(says) },
      components: [...components].map(([part, of]) => ({ name: part, says: of, effective: combine(of) })).sort(byName),
    }));
  }

  private find(name: string, id: string | undefined): Gathering | undefined {
    const same = id === undefined ? undefined : this.byId.get(id);
    if (same) return same;
    const namesake = this.byName.get(name);
    return namesake && (id === undefined || namesake.id === undefined) ? namesake : undefined;
  }

  private begin(name: string): Gathering {
    const snap: Gathering = { name, says: [], components: new Map() };
    this.all.push(snap);
    this.byName.set(name, snap);
    return snap;
  }
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
