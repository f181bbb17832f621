import { IN_FLIGHT, type Phase } from './target-state';

/** Targets of one wave by count key, as the wave keeps them. */
export type Counts = Readonly<Record<string, number>>;

/** What a gate judges, in devices of one phase. */
export interface Tally {
  readonly failed: number;
  readonly succeeded: number;
  /** Accepted their command: what failures are a share of. */
  readonly reached: number;
  /** Not begun, and nothing but us holds them up: pending, or waiting for a window, a slot, another attempt. */
  readonly waiting: number;
  /** Away, or in the penalty box: nobody waits for them. */
  readonly aside: number;
  readonly inFlight: number;
  /** Not at their end: waiting, aside or in flight. */
  readonly open: number;
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'unknown', 'rejected', 'timed-out', 'lost', 'late-failure']);
const SUCCEEDED: ReadonlySet<string> = new Set(['succeeded', 'late-success']);
const ACCEPTED: ReadonlySet<string> = new Set(['running', 'rebooting', 'verifying']);
const WAITING: ReadonlySet<string> = new Set(['pending', 'waiting']);
const ASIDE: ReadonlySet<string> = new Set(['away', 'held']);

/** Adds up the counts of a phase. A late result counts as what it is. */
export function tally(counts: Counts, phase: Phase = 'apply'): Tally {
  const total = (wanted: ReadonlySet<string>): number =>
    Object.entries(counts).reduce((sum, [key, count]) => sum + (wanted.has(keyIn(key, phase)) ? count : 0), 0);
  const [failed, succeeded, waiting, aside] = [total(FAILED), total(SUCCEEDED), total(WAITING), total(ASIDE)];
  const inFlight = total(IN_FLIGHT);
  const reached = failed + succeeded + total(ACCEPTED);
  return { failed, succeeded, reached, waiting, aside, inFlight, open: waiting + aside + inFlight };
}

/** The key within the phase; empty for another phase's. */
function keyIn(key: string, phase: Phase): string {
  const [first = '', second] = key.split(':');
  if (second === undefined) return phase === 'apply' ? first : '';
  return first === phase ? second : '';
}

export const addTallies = (tallies: readonly Tally[]): Tally =>
  tallies.reduce(
    (sum, each) => ({
      failed: sum.failed + each.failed,
      succeeded: sum.succeeded + each.succeeded,
      reached: sum.reached + each.reached,
      waiting: sum.waiting + each.waiting,
      aside: sum.aside + each.aside,
      inFlight: sum.inFlight + each.inFlight,
      open: sum.open + each.open,
    }),
    { failed: 0, succeeded: 0, reached: 0, waiting: 0, aside: 0, inFlight: 0, open: 0 },
  );
