/** An installed snap, as far as verdicts depend on it. */
export interface InstalledSnap {
  /** Its instance name. */
  name: string;
  /** Absent, or empty, for one that was sideloaded. */
  id?: string | undefined;
  /** As snapd shows it: `"12"`, or `"x1"` when sideloaded. */
  revision: string;
  /** A person asked snapd to hold it to no set. */
  ignoreValidation?: boolean | undefined;
  /** Revisions of the components that are there, by name. */
  components?: Readonly<Record<string, string>> | undefined;
}

/** Finds the installed snap that a set means. */
export type FindInstalled = (snap: { name: string; id?: string | undefined }) => InstalledSnap | undefined;

/**
 * Finds snaps by id; by name only where one side has no id. Parallel instances (`x_foo`) are nobody's business: sets
 * neither ask for them nor forbid them (snapd overlord/snapstate, InstalledSnaps).
 */
export function findAmong(installed: readonly InstalledSnap[]): FindInstalled {
  const byId = new Map<string, InstalledSnap>();
  const byName = new Map<string, InstalledSnap>();
  for (const snap of installed) {
    if (snap.name.includes('_')) continue;
    if (snap.id) byId.set(snap.id, snap);
    byName.set(snap.name, snap);
  }
  return ({ name, id }) => {
    const same = id ? byId.get(id) : undefined;
    if (same) return same;
    const namesake = byName.get(name);
    return namesake && (!id || !namesake.id) ? namesake : undefined;
  };
}
