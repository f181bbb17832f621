import type { InstalledSnap } from '../snaps/installed';

const HOUR_NS = 3_600_000_000_000n;
/** How long snapd stays away from a revision that failed once, twice, …: hours. */
const DELAY_HOURS = [8n, 12n, 24n, 48n, 168n, 336n];

/** A revision that an auto-refresh of a snap could not bring (§8.2 refresh-failures). */
export interface RefreshFailures {
  revision: number;
  count: number;
  lastNs: bigint;
}

/** One more failure to bring a revision; another revision starts anew. */
export function noteFailure(installed: InstalledSnap, revision: number, nowNs: bigint): void {
  const before = installed.failures?.revision === revision ? installed.failures.count : 0;
  installed.failures = { revision, count: before + 1, lastNs: nowNs };
}

/** Whether an auto-refresh leaves the revision alone for now. */
export function isPutOff({ failures }: InstalledSnap, revision: number, nowNs: bigint): boolean {
  if (failures?.revision !== revision) return false;
  const hours = DELAY_HOURS[Math.min(failures.count, DELAY_HOURS.length) - 1] ?? 0n;
  return nowNs - failures.lastNs < hours * HOUR_NS;
}
