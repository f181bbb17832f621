import type { Window } from '@corefleet/contracts/http';
import { windowState, zoneOf } from '@corefleet/time-rules';
import type { Candidate } from './claims';

/**
 * The window of each device at this instant, by what its agent says its time zone is; worked out once for each zone.
 * @returns undefined for every device of a rollout without a window
 */
export function windowsAt(window: Window | undefined, now: Date): (deviceZone: string | null) => Candidate['window'] {
  const known = new Map<string, Candidate['window']>();
  return (deviceZone) => {
    if (!window) return undefined;
    const zone = zoneOf(window, deviceZone ?? undefined);
    if (!known.has(zone)) {
      const { open, opensAt, closesAt } = windowState(window, deviceZone ?? undefined, now);
      known.set(zone, { open, until: open ? closesAt : opensAt });
    }
    return known.get(zone);
  };
}
