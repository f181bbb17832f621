import type { Device } from '../device/device';
import type { ValidationSetAssertion } from '../snaps/store';
import { combine, gather, sequenceKey, type SnapConstraint } from './constraints';
import { unmet, type InstalledRevision } from './verdict';
import { conflictText, unmetText } from './verdict-texts';

export type SetMode = 'monitor' | 'enforce';

/** A set the device follows. */
export interface TrackedSet {
  accountId: string;
  name: string;
  mode: SetMode;
  sequence: number;
  pinnedAt?: number;
}

/** A reference to a set as requests give it: `acct/name[=sequence]`. */
export interface SetReference {
  accountId: string;
  name: string;
  sequence?: number;
}

/** The sets of one device: tracked ones and the newest assertion it has of each. */
export class TrackedSets {
  private readonly tracked = new Map<string, TrackedSet>();
  /** Sequences fetched; they stay after a set is forgotten, as assertions do. */
  private readonly known = new Map<string, Set<number>>();

  get(accountId: string, name: string): TrackedSet | undefined {
    return this.tracked.get(`${accountId}/${name}`);
  }

  /** Sorted by `acct/name`. */
  list(): TrackedSet[] {
    return [...this.tracked.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, set]) => set);
  }

  track(set: TrackedSet): void {
    this.tracked.set(`${set.accountId}/${set.name}`, set);
    this.learn(set.accountId, set.name, set.sequence);
  }

  forget(accountId: string, name: string): void {
    this.tracked.delete(`${accountId}/${name}`);
  }

  learn(accountId: string, name: string, sequence: number): void {
    const key = `${accountId}/${name}`;
    this.known.set(key, new Set([...(this.known.get(key) ?? []), sequence]));
  }

  /** Every sequence the device has an assertion of, newest first within a set. */
  fetched(): Required<SetReference>[] {
    return [...this.known].flatMap(([key, sequences]) => {
      const [accountId = '', name = ''] = key.split('/');
      return [...sequences].sort((a, b) => b - a).map((sequence) => ({ accountId, name, sequence }));
    });
  }

  newestKnown(accountId: string, name: string): number | undefined {
    const sequences = this.known.get(`${accountId}/${name}`);
    return sequences && Math.max(...sequences);
  }
}

/** Assertions of the sets in force, in a mode when one is given. */
export function trackedAssertions(device: Device, mode?: SetMode): ValidationSetAssertion[] {
  return device.sets
    .list()
    .filter((set) => mode === undefined || set.mode === mode)
    .flatMap((set) => device.store.validationSet(set.accountId, set.name, set.sequence) ?? []);
}

/** The enforced sets with `added` in place of the same sets' other sequences. */
export function enforcedWith(device: Device, added: readonly ValidationSetAssertion[]): ValidationSetAssertion[] {
  const replaced = new Set(added.map((set) => `${set.accountId}/${set.name}`));
  const kept = trackedAssertions(device, 'enforce').filter((set) => !replaced.has(`${set.accountId}/${set.name}`));
  return [...kept, ...added];
}

/** Installed revisions as enforcing sees them: snaps with ignore-validation are passed over (§6.3). */
export function installedRevisions(device: Device): InstalledRevision {
  return (name, id) => device.installedAs(name, id);
}

/** Whether the set alone is met by what is installed, the way `valid` shows it (§6.1). */
export function isValid(device: Device, set: ValidationSetAssertion): boolean {
  return unmet([set], installedRevisions(device)) === undefined;
}

/** Text of the refusal of enforcing `added` beside what is enforced, or undefined when nothing speaks against it. */
export function enforceRefusal(device: Device, added: readonly ValidationSetAssertion[]): string | undefined {
  const sets = enforcedWith(device, added);
  const conflict = conflictText(sets);
  if (conflict !== undefined) return conflict;
  const lacking = unmet(withoutIgnored(device, sets), installedRevisions(device));
  return lacking && unmetText(lacking);
}

/** Sets without their say on snaps whose validation is ignored. */
export function withoutIgnored(device: Device, sets: readonly ValidationSetAssertion[]): ValidationSetAssertion[] {
  const ignored = (name: string, id?: string): boolean => device.installedAs(name, id)?.ignoreValidation === true;
  return sets.map((set) => ({ ...set, snaps: set.snaps.filter((snap) => !ignored(snap.name, snap.id)) }));
}

/** What the enforced sets demand of one snap: a pinned revision or that it must not be, with the sets that say so. */
export interface Demand {
  kind: 'required' | 'optional' | 'invalid';
  revision?: number;
  /** `16/acct/name/seq` of the sets behind it, comma-separated. */
  keys: string;
}

export function demandOn(
  device: Device,
  name: string,
  sets = trackedAssertions(device, 'enforce'),
): Demand | undefined {
  const id = device.store.snap(name)?.id;
  const constraint = gather(sets).find((other) => (other.id && id ? other.id === id : other.name === name));
  if (!constraint) return undefined;
  const effective = combine(constraint);
  if (effective.kind === 'conflict' || effective.kind === 'invalid')
    return { kind: 'invalid', keys: keysOf(constraint) };
  return { ...effective, keys: keysOf(constraint) };
}

const keysOf = (constraint: SnapConstraint): string =>
  [...new Set(constraint.entries.map((entry) => sequenceKey(entry.set)))].sort().join(',');
