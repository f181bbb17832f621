import type { Tone } from '../report';
import type { TargetCount } from './rollout-rows';

/**
 * What a reader of a report has to tell apart. States: libs/features/rollouts/src/target-state.ts
 *
 * | target                                                              | outcome     |
 * | ------------------------------------------------------------------- | ----------- |
 * | phase rollback, succeeded                                           | taken back  |
 * | succeeded, or heard of late to have                                 | succeeded   |
 * | failed, unknown, rejected, timed-out, lost, or heard of late to have | failed      |
 * | skipped, cancelled, expired                                         | left out    |
 * | anything else                                                       | open        |
 */
export const OUTCOMES = ['succeeded', 'failed', 'taken back', 'left out', 'open'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type Outcomes = Readonly<Record<Outcome | 'devices', number>>;

export const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  succeeded: 'good',
  failed: 'bad',
  'taken back': 'warn',
  'left out': 'quiet',
  open: 'plain',
};

const OUTCOME: Readonly<Record<string, Outcome>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  unknown: 'failed',
  rejected: 'failed',
  'timed-out': 'failed',
  lost: 'failed',
  skipped: 'left out',
  cancelled: 'left out',
  expired: 'left out',
};

/** How each state of a target is shown. */
export const STATE_TONES: Readonly<Record<string, Tone>> = Object.fromEntries(
  Object.entries(OUTCOME).map(([state, outcome]) => [state, OUTCOME_TONES[outcome]]),
);

/** Pure. */
export function outcomeOf({ phase, state, late }: Pick<TargetCount, 'phase' | 'state' | 'late'>): Outcome {
  const outcome = OUTCOME[state] ?? 'open';
  if (phase === 'precheck' && outcome === 'succeeded') return 'open';
  if (phase === 'rollback' && outcome === 'succeeded') return 'taken back';
  if (late === 'late-success') return 'succeeded';
  return late === 'late-failure' ? 'failed' : outcome;
}

/** Pure: devices by outcome. */
export function outcomesOf(counted: readonly TargetCount[]): Outcomes {
  const outcomes = { devices: 0, succeeded: 0, failed: 0, 'taken back': 0, 'left out': 0, open: 0 };
  for (const count of counted) {
    outcomes.devices += count.devices;
    outcomes[outcomeOf(count)] += count.devices;
  }
  return outcomes;
}
