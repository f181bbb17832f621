import type { CombinedComponent, CombinedSnap, Effective, Say } from './combine';
import type { FindInstalled, InstalledSnap } from './installed';

/** A snap or component that is not as the sets want it. */
export interface Lack {
  snap: string;
  /** Absent when it is about the snap itself. */
  component?: string;
  says: readonly Say[];
  /** The revision that is wanted; any when absent. */
  wanted?: string | undefined;
  /** The revision that is there; absent when nothing is. */
  found?: string | undefined;
}

/** What of one kind is not as it should be. */
export interface Lacks {
  missing: Lack[];
  /** There, and must not be. */
  invalid: Lack[];
  wrongRevision: Lack[];
}

/** Everything that is not as the sets want it. */
export interface Unmet {
  snaps: Lacks;
  components: Lacks;
}

const none = (): Lacks => ({ missing: [], invalid: [], wrongRevision: [] });

/**
 * Holds what is installed against sets that are not in conflict.
 * @param passOverIgnored whether snaps with ignore-validation are left out: enforcing does so, the `valid` that snapd
 *   shows of a set does not
 */
export function unmetBy(
  combined: readonly CombinedSnap[],
  find: FindInstalled,
  { passOverIgnored }: { passOverIgnored: boolean },
): Unmet {
  const unmet: Unmet = { snaps: none(), components: none() };
  for (const snap of combined) {
    const there = find(snap);
    if (passOverIgnored && there?.ignoreValidation) continue;
    file(unmet.snaps, snap, { snap: snap.name }, there?.revision);
    if (!areComponentsAsked(snap.effective, there)) continue;
    for (const component of snap.components) {
      const about = { snap: snap.name, component: component.name };
      file(unmet.components, component, about, there?.components?.[component.name]);
    }
  }
  return unmet;
}

/** Whether everything is as the sets want it. */
export const isMet = ({ snaps, components }: Unmet): boolean =>
  [snaps, components].every((of) => of.missing.length + of.invalid.length + of.wrongRevision.length === 0);

// snapd, checkInstalledComponents: components count only where their snap is, or has to be.
const areComponentsAsked = ({ kind }: Effective, there: InstalledSnap | undefined): boolean =>
  there !== undefined || kind === 'required';

function file(
  into: Lacks,
  { says, effective }: CombinedComponent,
  about: Pick<Lack, 'snap' | 'component'>,
  found: string | undefined,
): void {
  const what = lackOf(effective, found);
  if (what === undefined) return;
  const wanted = effective.kind === 'required' || effective.kind === 'optional' ? effective.revision : undefined;
  into[what].push({ ...about, says, wanted, found });
}

function lackOf(effective: Effective, found: string | undefined): keyof Lacks | undefined {
  if (effective.kind === 'conflict') return undefined;
  if (effective.kind === 'invalid') return found === undefined ? undefined : 'invalid';
  if (found === undefined) return effective.kind === 'required' ? 'missing' : undefined;
  return effective.revision === undefined || effective.revision === found ? undefined : 'wrongRevision';
}
