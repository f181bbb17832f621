/**
 * One occurrence of a policy.
 *
 * | what is found when it is due                        | what comes of it                                        |
 * | --------------------------------------------------- | ------------------------------------------------------- |
 * | the person in whose name it acts may not any more   | refused: no rollout                                     |
 * | the rollout before is not over                      | skipped: no rollout                                     |
 * | otherwise                                           | starting: the row says so, then the rollout is made     |
 *
 * starting -> started, or nothing when no device needs anything, or refused with what the rollout was refused for.
 * Occurrences before the latest that is due were missed: nothing comes of them, and the latest says how many they were.
 * Rows: occurrence_at and next_at are the next occurrence, starting_at is one whose rollout is being made, under an
 * idempotency key made of it: so each gives one rollout at most, whoever dies on any line.
 */
export type Verdict =
  | { readonly kind: 'start' }
  | { readonly kind: 'leave'; readonly outcome: 'skipped' | 'refused'; readonly reason: string };

export interface DueFacts {
  /** In whose name it acts, and whether that person may order rollouts now. */
  readonly author: { readonly name: string; readonly mayOrder: boolean };
  /** The rollout it made last, unless that is over. */
  readonly running: { readonly name: string; readonly status: string } | undefined;
}

/** Pure: what comes of an occurrence that is due. */
export function judge({ author, running }: DueFacts): Verdict {
  if (!author.mayOrder) {
    return { kind: 'leave', outcome: 'refused', reason: `${author.name} may not order rollouts any more` };
  }
  if (!running) return { kind: 'start' };
  return { kind: 'leave', outcome: 'skipped', reason: `rollout "${running.name}" is still ${running.status}` };
}

/** What tells the rollout of one occurrence from all others of the same person. */
export const occurrenceKey = (policyId: string, occurrence: Date): string =>
  `recovery-policy_${policyId}_${occurrence.toISOString()}`;

/** In words, with what else there is to say of the latest of several occurrences; null when there is nothing to say. */
export function lastWords(reason: string | undefined, missed: number): string | null {
  const before = missed === 1 ? 'one occurrence before it was missed' : `${missed} occurrences before it were missed`;
  return [...(reason === undefined ? [] : [reason]), ...(missed === 0 ? [] : [before])].join('; ') || null;
}
