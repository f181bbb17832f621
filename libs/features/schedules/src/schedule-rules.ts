import type { Turn } from '@corefleet/time-rules';

/**
 * One occurrence of a schedule.
 *
 * | what is found when it is due                     | what comes of it                                              |
 * |--------------------------------------------------|---------------------------------------------------------------|
 * | the person in whose name it acts may not any more| refused: no rollout                                           |
 * | the rollout before is not over, ifRunning skip   | skipped: no rollout                                           |
 * | the rollout before is not over, ifRunning queue  | it waits, and is looked at again at each sweep                |
 * | otherwise                                        | starting: the row says so, then the rollout is made           |
 *
 * starting -> started, or refused with what the rollout was refused for. Occurrences before the latest that is due were missed:
 * nothing comes of them, and the latest says how many they were. Rows: occurrence_at and next_at are the next occurrence,
 * starting_at is one whose rollout is being made, under an idempotency key made of it: so each gives one rollout at most.
 */
export type Verdict =
  | { readonly kind: 'start' }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'leave'; readonly outcome: 'skipped' | 'refused'; readonly reason: string };

export interface DueFacts {
  /** In whose name it acts, and whether that person may order rollouts now. */
  readonly author: { readonly name: string; readonly mayOrder: boolean };
  /** The rollout it made last, unless that is over. */
  readonly running: { readonly name: string; readonly status: string } | undefined;
  readonly ifRunning: string;
}

/** Pure: what comes of an occurrence that is due. */
export function judge({ author, running, ifRunning }: DueFacts): Verdict {
  if (!author.mayOrder) {
    return { kind: 'leave', outcome: 'refused', reason: `${author.name} may not order rollouts any more` };
  }
  if (!running) return { kind: 'start' };
  const reason = `rollout "${running.name}" is still ${running.status}`;
  return ifRunning === 'queue' ? { kind: 'wait', reason } : { kind: 'leave', outcome: 'skipped', reason };
}

/** In words, what else there is to say of the latest of several occurrences; undefined for a single one. */
export function missedWords(missed: number): string | undefined {
  if (missed === 0) return undefined;
  return missed === 1 ? 'one occurrence before it was missed' : `${missed} occurrences before it were missed`;
}

/** What tells the rollout of one occurrence from all others of the same person. */
export const occurrenceKey = (scheduleId: string, occurrence: Date): string =>
  `schedule_${scheduleId}_${occurrence.toISOString()}`;

/** What a rollout of a schedule says of its origin. */
export const originWords = (name: string, { occurrence, missed }: { occurrence: Date; missed: number }): string =>
  [`by schedule "${name}", due ${occurrence.toISOString()}`, missedWords(missed)].filter((part) => part).join('; ');

/** Columns of a row that is moved on. */
export const nextColumns = (turn: Turn | undefined) => ({
  occurrenceAt: turn?.occurrence ?? null,
  nextAt: turn?.dueAt ?? null,
});
