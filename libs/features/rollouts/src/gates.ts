import type { Gate, WaveGate } from '@corefleet/contracts/http';
import { addTallies, type Tally } from './tally';

/** A wave as a gate sees it. */
export interface JudgedWave {
  readonly number: number;
  readonly size: number;
  readonly gate: WaveGate;
  readonly skipped: number;
  readonly tally: Tally;
}

/** `reason` is what people read. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'inconclusive'; readonly reason: string }
  /** With a reason when it waits for devices that are away. */
  | { readonly kind: 'not-yet'; readonly reason: string | null };

const DAY_SECONDS = 86_400;

/** The rollout's gate with what is different in the wave. */
export const gateOf = (gate: Gate, wave: WaveGate): Gate => ({ ...gate, ...wave });

/**
 * Pure: the breach of the failure limit, of all waves together or of one of them, in words; undefined when there is none.
 * Judged at every tick and in every wave, passed ones too, so that failures heard late count.
 * @param acceptedFailures failures that a person has decided to live with: the gates break on further ones
 */
export function breachOf(gate: Gate, waves: readonly JudgedWave[], acceptedFailures: number): string | undefined {
  const all = addTallies(waves.map(({ tally }) => tally));
  if (all.failed <= acceptedFailures) return undefined;
  const limits = [
    { of: '', tally: all, gate },
    ...waves.map((wave) => ({ of: ` of wave ${wave.number}`, tally: wave.tally, gate: gateOf(gate, wave.gate) })),
  ];
  const broken = limits.find(({ tally, gate: limit }) => breaks(tally, limit));
  if (!broken) return undefined;
  const { failed, reached } = broken.tally;
  return `${failed} of ${reached} reached devices${broken.of} failed, limit ${broken.gate.maxFailedPercent} %`;
}

const breaks = ({ failed, reached }: Tally, { minFailed, maxFailedPercent }: Gate): boolean =>
  failed >= minFailed && failed * 100 > maxFailedPercent * reached;

/**
 * Pure: whether a wave is good, once nobody of it is under way or its time-box is over. Not by its failures: breachOf has
 * judged those.
 * @param timedOut its time-box is over, so it is judged on who was reached
 */
export function judgeWave(gate: Gate, wave: JudgedWave, timedOut: boolean): Verdict {
  const { number, size, tally } = wave;
  if (!timedOut && tally.waiting + tally.inFlight > 0) return { kind: 'not-yet', reason: null };
  const own = gateOf(gate, wave.gate);
  const wanted = wantedDevices(own, wave);
  if (tally.reached === 0 || tally.reached < wanted) {
    if (!timedOut && tally.aside > 0) {
      const reason = `wave ${number} waits for devices that are away: ${tally.reached} of ${size} reached, wanted ${Math.max(1, wanted)}`;
      return { kind: 'not-yet', reason };
    }
    const few = tally.reached === 0 ? 'none' : `only ${tally.reached}`;
    const were =
      size === 1 ? 'its one device was not' : `${few} of its ${size} devices ${tally.reached < 2 ? 'was' : 'were'}`;
    const within = timedOut ? ` within ${duration(own.timeBoxSeconds ?? 0)}` : '';
    const asked = wanted > 1 ? `, wanted ${wanted}` : '';
    const reason = `cannot judge wave ${number}: ${were} reached${within}${asked}`;
    return { kind: 'inconclusive', reason };
  }
  const percent = own.minSucceededPercent ?? 0;
  if (tally.succeeded * 100 >= percent * tally.reached) return { kind: 'pass' };
  const reason = `only ${tally.succeeded} of ${tally.reached} reached devices of wave ${number} succeeded, wanted ${percent} %`;
  return timedOut && tally.inFlight > 0 ? { kind: 'inconclusive', reason } : { kind: 'fail', reason };
}

/** As many as asked for, or all that the wave has: who was skipped can never be reached. */
function wantedDevices({ minReached }: Gate, { size, skipped }: JudgedWave): number {
  const asked = 'count' in minReached ? minReached.count : Math.ceil((size * minReached.percent) / 100);
  return Math.min(asked, size - skipped);
}

/** Seconds in words, in the largest unit that fits. */
export function duration(seconds: number): string {
  if (seconds % DAY_SECONDS === 0 && seconds > 0) return `${seconds / DAY_SECONDS} d`;
  if (seconds % 3600 === 0 && seconds > 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60} min` : `${seconds} s`;
}
