import type { Change } from '@corefleet/snapd-client';

/**
 * Whether a change is of that kind and about snaps that were asked for. Told by its summary: `data.snap-names` holds
 * the affected snaps only, and is absent when there was nothing to do.
 * @param snaps what was asked for; snapd leaves out those with nothing to do. Undefined: all snaps
 */
export function isAbout(change: Change, kind: string, snaps: readonly string[] | undefined): boolean {
  if (change.kind !== kind) return false;
  if (!snaps) return true;
  const named = namesIn(change.summary);
  return named.length > 0 && named.every((name) => snaps.includes(name));
}

/** The quoted snaps of a summary, without their components, channel, cohort or file (snapd daemon/api_snaps.go). */
function namesIn(summary: string): string[] {
  const [snaps = ''] = summary.replace(/ \(with [^)]*\)/g, '').split(/ (?:from|with|to|away) /);
  return [...snaps.matchAll(/"([^"]*)"/g)].map(([, name = '']) => name);
}
