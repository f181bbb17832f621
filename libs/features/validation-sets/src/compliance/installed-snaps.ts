import type { InstalledSnap } from '@corefleet/validation-set-rules';

/**
 * What a device last said of its snaps, as the rules take it: of each snap the active revision; of one that is switched
 * off the one installed last. A fact is the device's own word: what has another shape is left out.
 */
export function installedIn(fact: unknown): InstalledSnap[] {
  const newest = new Map<string, Said>();
  for (const snap of Array.isArray(fact) ? fact.filter(isSnap) : []) {
    const other = newest.get(snap.name);
    if (!other || rankOf(snap) >= rankOf(other)) newest.set(snap.name, snap);
  }
  return [...newest.values()].map((snap) => ({
    name: snap.name,
    ...(typeof snap.id === 'string' && { id: snap.id }),
    revision: snap.revision,
    ignoreValidation: snap['ignore-validation'] === true,
    components: componentsOf(snap.components),
  }));
}

interface Said {
  readonly name: string;
  readonly revision: string;
  readonly [field: string]: unknown;
}

const isSnap = (value: unknown): value is Said =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'revision' in value &&
  typeof value.revision === 'string';

/** Texts that order as they should: active first, then by the day it was installed. */
function rankOf(snap: Said): string {
  const installed = snap['install-date'];
  return `${snap['status'] === 'active' ? 1 : 0} ${typeof installed === 'string' ? installed : ''}`;
}

/** Those on disk have a revision; the others are only named. */
function componentsOf(value: unknown): Record<string, string> {
  const components = Array.isArray(value) ? value.filter(isSnap) : [];
  return Object.fromEntries(components.map(({ name, revision }) => [name, revision]));
}
