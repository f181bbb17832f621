import type { AssessedDevice, AssessedSystem } from './assess';
import type { PlanNote } from './plan-note';

/*
 * How a device stands, by what it would recover to: the newest system that we made, else the default one, else the current.
 *
 * | the device                              | state   |
 * | --------------------------------------- | ------- |
 * | has not said which systems it has       | silent  |
 * | has none                                | none    |
 * | would recover to all that it runs       | fresh   |
 * | would recover to something else         | stale   |
 * | would recover to what nobody can tell   | unknown |
 */

export type RecoveryState = 'fresh' | 'stale' | 'unknown' | 'none' | 'silent';

export interface Standing {
  readonly state: RecoveryState;
  /** What it would recover to; null without any system. */
  readonly recovery: AssessedSystem | null;
  /** Whether some system is known to have been tested. */
  readonly tested: boolean;
  readonly hasDefault: boolean;
  readonly ours: number;
  /** What a person should know: who else makes systems here. */
  readonly warnings: readonly PlanNote[];
}

/** Pure: how the device stands, by the table above. */
export function standingOf({ systems, row }: AssessedDevice): Standing {
  const all = systems ?? [];
  const recovery = recoveryOf(all);
  return {
    state: systems === null ? 'silent' : stateOf(recovery),
    recovery,
    tested: all.some(({ tested }) => tested === true),
    hasDefault: all.some((system) => system.default),
    ours: all.filter(({ maker }) => maker === 'ours').length,
    warnings: [...(row.seedRefresh ? [SEED_REFRESH] : []), ...foreign(all)],
  };
}

/** Snapd works on systems of its own, at its own times: whoever counts on ours should know. */
export const SEED_REFRESH: PlanNote = {
  cause: 'seed-refresh',
  message: 'experimental.seed-refresh is on: snapd makes and removes systems of its own with its refreshes',
};

/** They are sorted: the newest first. */
const recoveryOf = (systems: readonly AssessedSystem[]): AssessedSystem | null =>
  systems.find(({ maker }) => maker === 'ours') ??
  systems.find((system) => system.default) ??
  systems.find(({ current }) => current) ??
  systems[0] ??
  null;

function stateOf(recovery: AssessedSystem | null): RecoveryState {
  if (!recovery) return 'none';
  if (recovery.fresh) return 'fresh';
  const { behind, differing } = recovery.distance;
  return behind === null && differing === null ? 'unknown' : 'stale';
}

function foreign(systems: readonly AssessedSystem[]): PlanNote[] {
  const labels = systems.filter(({ maker }) => maker === 'person' || maker === 'unknown').map(({ label }) => label);
  if (labels.length === 0) return [];
  const message = `systems that we did not make are left alone: ${labels.sort().join(', ')}`;
  return [{ cause: 'made-by-others', message }];
}
