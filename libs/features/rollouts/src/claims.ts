import { NEVER } from './target-state';

/** A target that could be given a command, and what is known of its device now. */
export interface Candidate {
  readonly deviceId: string;
  readonly site: string;
  readonly cause: string | null;
  /** Its wave has passed: it is a straggler. */
  readonly wavePassed: boolean;
  readonly enrolled: boolean;
  /** Its link was heard of just now. */
  readonly present: boolean;
  /** The newer rollout that does the same on the device, by name; null when there is none. */
  readonly supersededBy: string | null;
  /** Until when it is in the penalty box; null when it is not. */
  readonly heldUntil: Date | null;
  /** Another rollout has it in flight. */
  readonly busy: boolean;
  /** When its window closes, or opens next; undefined without a window. */
  readonly window: { readonly open: boolean; readonly until: Date } | undefined;
}

export interface ClaimRules {
  readonly now: Date;
  readonly catchUp: 'run-when-back' | 'latest-only' | 'skip-if-late';
  /** Commands are valid no longer. */
  readonly expiresAt: Date;
}

/** What a look at a candidate says. `claim`: it may have a command now, if there is room. */
export type Look =
  | { readonly kind: 'claim'; readonly validUntil: Date }
  | { readonly kind: 'wait'; readonly cause: string; readonly message: string | null; readonly notBefore: Date }
  | { readonly kind: 'skip'; readonly cause: string; readonly message: string | null };

/** A device that another rollout has in flight is looked at again so soon. */
const BUSY_MS = 5_000;

/** Pure: whether a device may be given its command now, and if not, what for and until when it waits. */
export function look(candidate: Candidate, rules: ClaimRules): Look {
  const { now, expiresAt } = rules;
  if (!candidate.enrolled) return skip('not-enrolled');
  if (!candidate.present) return wait('offline', NEVER);
  const missed = missedIts(candidate, rules);
  if (missed) return missed;
  const { window, heldUntil } = candidate;
  if (heldUntil && heldUntil > now)
    return wait('hold', heldUntil, `failed again and again, held until ${heldUntil.toISOString()}`);
  if (window && !window.open) return wait('window', window.until, `its window opens at ${window.until.toISOString()}`);
  if (candidate.busy) return wait('busy', new Date(now.getTime() + BUSY_MS), 'another rollout has the device');
  return { kind: 'claim', validUntil: window && window.until < expiresAt ? window.until : expiresAt };
}

/** The catch-up rule, for a device that comes back after its wave has passed. */
function missedIts(candidate: Candidate, { catchUp }: ClaimRules): Look | undefined {
  if (!candidate.wavePassed || candidate.cause !== 'offline') return undefined;
  if (catchUp === 'skip-if-late') return skip('late', 'it was away while its wave went by');
  const { supersededBy } = candidate;
  return catchUp === 'latest-only' && supersededBy !== null
    ? skip('superseded', `rollout "${supersededBy}" is newer`)
    : undefined;
}

const wait = (cause: string, notBefore: Date, message: string | null = null): Look => ({
  ...{ kind: 'wait', cause, notBefore, message },
});

const skip = (cause: string, message: string | null = null): Look => ({ kind: 'skip', cause, message });

/** Free places, in devices. */
export interface Room {
  readonly slots: number;
  /** Of a site; Infinity where nothing bounds it. */
  atSite(site: string): number;
}

/** Pure: the first of them for whom there is room, in their order. */
export function withRoom<T extends Pick<Candidate, 'site'>>(candidates: readonly T[], room: Room): T[] {
  const left = new Map<string, number>();
  const taken: T[] = [];
  for (const candidate of candidates) {
    if (taken.length >= room.slots) break;
    const here = left.get(candidate.site) ?? room.atSite(candidate.site);
    if (here <= 0) continue;
    left.set(candidate.site, here - 1);
    taken.push(candidate);
  }
  return taken;
}

/** Bounds and what goes on under them, of the fleet and of one rollout. */
export interface SlotFacts {
  readonly fleetMost: number | null;
  readonly fleetInFlight: number;
  /** What rollouts of higher priority could start now. */
  readonly wantedBefore: number;
  readonly most: number;
  readonly inFlight: number;
  /** Starts that the buckets of fleet and rollout allow now. */
  readonly credits: readonly number[];
}

/** Pure: how many devices the rollout may start now. */
export function freeSlots(facts: SlotFacts): number {
  const own = facts.most - facts.inFlight;
  const fleet = facts.fleetMost === null ? Infinity : facts.fleetMost - facts.fleetInFlight - facts.wantedBefore;
  return Math.max(0, Math.floor(Math.min(own, fleet, ...facts.credits)));
}
