import type { ValidationSetAssertion } from '../snaps/store';
import { combine, gather, type Entry, type SnapConstraint } from './constraints';

/** What of an installed snap a set is held against. */
export interface InstalledRevisions {
  revision: number;
  /** Revisions of its components, by name. */
  components?: ReadonlyMap<string, number>;
}

/** An installed snap by name, or undefined; `ignored` snaps are passed over where snapd does so. */
export type InstalledRevision = (name: string, id?: string) => InstalledRevisions | undefined;

/** A snap or component that the installed ones do not meet. */
export interface Lack {
  /** The snap, or `snap+component`. */
  about: string;
  constraint: SnapConstraint;
  entries: readonly Entry[];
}

/** What the installed snaps lack to meet a combination without conflict. */
export interface Unmet {
  missing: Lack[];
  invalid: Lack[];
  wrongRevision: Lack[];
  components: { missing: Lack[]; invalid: Lack[]; wrongRevision: Lack[] };
}

const nothingUnmet = (): Unmet => ({
  missing: [],
  invalid: [],
  wrongRevision: [],
  components: { missing: [], invalid: [], wrongRevision: [] },
});

/** What is unmet; undefined when everything is. Call it only for sets without conflict. */
export function unmet(sets: readonly ValidationSetAssertion[], installed: InstalledRevision): Unmet | undefined {
  const result = nothingUnmet();
  for (const constraint of gather(sets)) {
    const there = installed(constraint.name, constraint.id);
    file(result, constraint.name, constraint, constraint.entries, there?.revision);
    // §6.5: components count only where their snap is or has to be.
    if (!there && combine(constraint).kind !== 'required') continue;
    for (const { name, entries } of constraint.components) {
      const about = `${constraint.name}+${name}`;
      file(result.components, about, constraint, entries, there?.components?.get(name));
    }
  }
  const { components, ...snaps } = result;
  const all = [...Object.values(snaps), ...Object.values(components)].flat();
  return all.length > 0 ? result : undefined;
}

/** Files one snap or component under what it does not meet, if anything. */
function file(
  into: Pick<Unmet, 'missing' | 'invalid' | 'wrongRevision'>,
  about: string,
  constraint: SnapConstraint,
  entries: readonly Entry[],
  revision: number | undefined,
): void {
  const effective = combine({ entries });
  const lack = { about, constraint, entries };
  if (effective.kind === 'conflict') return;
  if (effective.kind === 'invalid') {
    if (revision !== undefined) into.invalid.push(lack);
  } else if (revision === undefined) {
    if (effective.kind === 'required') into.missing.push(lack);
  } else if (effective.revision !== undefined && effective.revision !== revision) {
    into.wrongRevision.push(lack);
  }
}
