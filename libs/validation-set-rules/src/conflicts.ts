import { pinsOf, type CombinedSnap, type Say } from './combine';

/** A snap or component of which sets demand what cannot be together. */
export interface Conflict {
  snap: string;
  /** Absent when it is about the snap itself. */
  component?: string;
  /** `account/name` of the sets that call it invalid, sorted, as in the other lists. */
  invalid: readonly string[];
  /** The revisions that are pinned, ascending, and by whom. */
  pinned: readonly { revision: string; sets: readonly string[] }[];
  /** Sets that require it at any revision. */
  required: readonly string[];
}

/** The conflicts among the sets, in the order of the snaps; none when they can be enforced together. */
export function conflictsAmong(combined: readonly CombinedSnap[]): Conflict[] {
  return combined.flatMap(({ name, says, effective, components }) => [
    ...(effective.kind === 'conflict' ? [conflictOver(says, { snap: name })] : []),
    ...components
      .filter((component) => component.effective.kind === 'conflict')
      .map((component) => conflictOver(component.says, { snap: name, component: component.name })),
  ]);
}

/** `account/name` of every set that has a part in a conflict, sorted. */
export const setsBetween = ({ invalid, pinned, required }: Conflict): string[] =>
  sorted([...invalid, ...pinned.flatMap(({ sets }) => sets), ...required]);

function conflictOver(says: readonly Say[], about: Pick<Conflict, 'snap' | 'component'>): Conflict {
  return {
    ...about,
    invalid: setsOf(says.filter(({ presence }) => presence === 'invalid')),
    pinned: pinnedIn(says),
    required: setsOf(says.filter(({ presence, revision }) => presence === 'required' && !revision)),
  };
}

/** Each pinned revision with the sets that pin it. */
export const pinnedIn = (says: readonly Say[]): Conflict['pinned'] =>
  pinsOf(says).map((revision) => ({
    revision,
    sets: setsOf(says.filter((say) => say.presence !== 'invalid' && say.revision === revision)),
  }));

/** `account/name` of those who say it, sorted, each once. */
export const setsOf = (says: readonly Say[]): string[] => sorted(says.map(({ set }) => set));

const sorted = (keys: readonly string[]): string[] => [...new Set(keys)].sort();
