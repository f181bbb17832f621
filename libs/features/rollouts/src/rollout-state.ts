import { SUCCEEDED, isEnd } from '@corefleet/features/commands';

/**
 * A rollout.
 *
 * | state    | meaning                                        | goes to                                                       |
 * |----------|------------------------------------------------|---------------------------------------------------------------|
 * | running  | waves are worked off in order                  | paused (a gate, a person), stopped (a person), finished        |
 * | paused   | no new device is started; the reason says why  | running (a person continues), stopped (a person)               |
 * | finished | every wave passed its gate                     | -                                                             |
 * | stopped  | a person ended it                              | -                                                             |
 *
 * A wave: pending -> running (the one before passed) -> passed (each device came to its end, or a person went on without
 * those that have not answered). Its targets' states are those of their commands.
 * Whatever happens is derived from the rows again at each reconcile, so any process may die on any line.
 */

/** Devices of one wave, by what became of them. */
export interface WaveTally {
  readonly number: number;
  readonly size: number;
  readonly status: string;
  /** Target state -> devices; a result that came late counts as what it is. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface RolloutFacts {
  readonly maxInFlight: number;
  readonly maxFailedPercent: number;
  readonly minFailed: number;
  readonly acceptedFailures: number;
  readonly waves: readonly WaveTally[];
}

/** The one next step of a rollout. */
export type Decision =
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'start-wave'; readonly wave: number }
  | { readonly kind: 'pass-wave'; readonly wave: number }
  | { readonly kind: 'claim'; readonly wave: number; readonly limit: number }
  | { readonly kind: 'finish' }
  | { readonly kind: 'wait' };

const FAILURES: ReadonlySet<string> = new Set(['failed', 'unknown', 'rejected', 'timed-out', 'lost']);
const NOT_REACHED: ReadonlySet<string> = new Set(['pending', 'skipped', 'queued', 'signed', 'expired', 'cancelled']);

const sum = (counts: WaveTally['counts'], wanted: (state: string) => boolean): number =>
  Object.entries(counts).reduce((total, [state, count]) => (wanted(state) ? total + count : total), 0);

const over = (state: string): boolean => state === 'skipped' || isEnd(state);

/**
 * Failures, successes and reached devices: what a gate judges. Reached means that the agent acknowledged the command;
 * open is what has not ended, underWay what is both.
 */
export function tally(counts: WaveTally['counts']): {
  failed: number;
  succeeded: number;
  reached: number;
  open: number;
  underWay: number;
} {
  return {
    failed: sum(counts, (state) => FAILURES.has(state)),
    succeeded: counts[SUCCEEDED] ?? 0,
    reached: sum(counts, (state) => !NOT_REACHED.has(state)),
    open: sum(counts, (state) => !over(state)),
    underWay: sum(counts, (state) => !over(state) && !NOT_REACHED.has(state)),
  };
}

/** Pure: what a running rollout does next. The rollout-wide gate is judged first, at every step. */
export function decide(facts: RolloutFacts): Decision {
  const breach = breachOf(facts);
  if (breach) return { kind: 'pause', reason: breach };
  const wave = facts.waves.find(({ status }) => status !== 'passed');
  if (!wave) return { kind: 'finish' };
  if (wave.status === 'pending') return { kind: 'start-wave', wave: wave.number };
  const { open, reached } = tally(wave.counts);
  if (open === 0 && reached === 0) {
    return { kind: 'pause', reason: `cannot judge wave ${wave.number}: none of its ${wave.size} devices was reached` };
  }
  if (open === 0) return { kind: 'pass-wave', wave: wave.number };
  const inFlight = facts.waves.reduce((total, each) => total + slots(each), 0);
  const limit = Math.min(facts.maxInFlight - inFlight, wave.counts['pending'] ?? 0);
  return limit > 0 ? { kind: 'claim', wave: wave.number, limit } : { kind: 'wait' };
}

/** Slots a wave takes: whoever has a command. A passed wave waits for nobody, so who has not answered takes none there. */
function slots({ status, counts }: WaveTally): number {
  const { open, underWay } = tally(counts);
  return status === 'passed' ? underWay : open - (counts['pending'] ?? 0);
}

function breachOf(facts: RolloutFacts): string | undefined {
  const tallies = facts.waves.map((wave) => ({ what: `wave ${wave.number}`, ...tally(wave.counts) }));
  const total = tallies.reduce((all, t) => ({ failed: all.failed + t.failed, reached: all.reached + t.reached }), {
    failed: 0,
    reached: 0,
  });
  if (total.failed <= facts.acceptedFailures) return undefined;
  const breached = [...tallies, { what: 'the whole rollout', ...total }].find(
    ({ failed, reached }) => failed >= facts.minFailed && failed * 100 > facts.maxFailedPercent * reached,
  );
  if (!breached) return undefined;
  const { what, failed, reached } = breached;
  return `${failed} of ${reached} reached devices of ${what} failed, limit ${facts.maxFailedPercent} %`;
}
