import { actionsFor, type Action } from './actions';
import { combineSets, type CombinedSnap } from './combine';
import { conflictsAmong, type Conflict } from './conflicts';
import type { FindInstalled } from './installed';
import { isMet, unmetBy, type Unmet } from './unmet';
import type { ValidationSet } from './validation-set';

/** What snapd says to enforcing sets on what is installed, without changing a snap. */
export type EnforceVerdict =
  { kind: 'enforced' } | { kind: 'conflict'; conflicts: readonly Conflict[] } | { kind: 'unmet'; unmet: Unmet };

/** What snapd says to a refresh that makes the snaps fit the sets and then enforces them. */
export type RefreshVerdict =
  | {
      kind: 'refreshed';
      /** Empty when everything is as it should be already. */
      actions: readonly Action[];
    }
  | { kind: 'conflict'; conflicts: readonly Conflict[] }
  | {
      /** snapd removes nothing by itself: it refuses, until somebody has. */
      kind: 'needs-removal';
      /** All that has to happen; the removals first. */
      actions: readonly Action[];
      /** Names of the snaps that have to go; only without any are the components named. */
      snaps: readonly string[];
      /** `snap+component`. */
      components: readonly string[];
    };

/**
 * Sets taken together once, for many devices.
 * @param sets all that are in force afterwards: what the device enforces and what is new, as `unionOf` has them
 */
export class Combination {
  readonly snaps: readonly CombinedSnap[];
  readonly conflicts: readonly Conflict[];

  constructor(sets: readonly ValidationSet[]) {
    this.snaps = combineSets(sets);
    this.conflicts = conflictsAmong(this.snaps);
  }

  /** snapd's verdict on `POST /v2/validation-sets/{account}/{name}` with mode enforce. */
  enforceOn(find: FindInstalled): EnforceVerdict {
    if (this.conflicts.length > 0) return { kind: 'conflict', conflicts: this.conflicts };
    const unmet = unmetBy(this.snaps, find, { passOverIgnored: true });
    return isMet(unmet) ? { kind: 'enforced' } : { kind: 'unmet', unmet };
  }

  /** snapd's verdict on `POST /v2/snaps` with action refresh and `validation-sets`. */
  refreshOn(find: FindInstalled): RefreshVerdict {
    const verdict = this.enforceOn(find);
    if (verdict.kind === 'conflict') return verdict;
    if (verdict.kind === 'enforced') return { kind: 'refreshed', actions: [] };
    const actions = actionsFor(verdict.unmet);
    const removals = actions.filter(({ kind }) => kind === 'remove');
    if (removals.length === 0) return { kind: 'refreshed', actions };
    return {
      ...{ kind: 'needs-removal', actions },
      snaps: removals.flatMap(({ snap, component }) => (component === undefined ? [snap] : [])),
      components: removals.flatMap(({ snap, component }) => (component === undefined ? [] : [`${snap}+${component}`])),
    };
  }
}

/** The `valid` that snapd shows of a set: it is judged alone, and of every snap. */
export const isValidAlone = (set: ValidationSet, find: FindInstalled): boolean =>
  isMet(unmetBy(combineSets([set]), find, { passOverIgnored: false }));
