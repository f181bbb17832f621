/**
 * A delivery: one event for one webhook.
 *
 * | state     | means                                            | goes to                                                   |
 * |-----------|--------------------------------------------------|-----------------------------------------------------------|
 * | waiting   | to be sent at `due_at`, or at once without       | delivered (2xx), dead (tried too often, 410, or too old), waiting (later) |
 * | delivered | the receiver answered with 2xx                   | waiting (a person replays it)                             |
 * | dead      | given up; `error` says why                       | waiting (a person replays it)                             |
 *
 * Whoever sends it moves `due_at` ahead first, past the longest an attempt takes: a process that dies between sending and
 * writing down leaves it waiting, and it is sent again under the same id.
 */

/** What came of one attempt. */
export interface Attempt {
  /** Of the answer; undefined when there was none. */
  readonly status?: number;
  readonly error?: string;
  /** Seconds that the receiver asked to be left alone. */
  readonly retryAfterSeconds?: number;
}

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'dead' }
  | { readonly kind: 'again'; readonly inMs: number };

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Pauses after the first attempt, the second and so on: 27 hours in all. */
export const PAUSES_MS: readonly number[] = [
  ...[5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS],
  ...[1, 2, 4, 8, 11].map((hours) => hours * HOUR_MS),
];
const JITTER = 0.2;
const RETRY_AFTER_MOST_MS = HOUR_MS;

/** Attempts in a row that fail before the whole webhook is left alone for a while. */
const FAILURES_BEFORE_REST = 5;
const REST_MOST_MS = 5 * MINUTE_MS;

/**
 * Pure: what is to become of a delivery.
 * @param attempts made so far, this one among them
 * @param random from 0 to below 1
 */
export function verdictOf(attempt: Attempt, attempts: number, random: number): Verdict {
  const { status } = attempt;
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === 410) return { kind: 'gone' };
  const pauseMs = PAUSES_MS[attempts - 1];
  if (pauseMs === undefined) return { kind: 'dead' };
  const askedMs = Math.min((attempt.retryAfterSeconds ?? 0) * SECOND_MS, RETRY_AFTER_MOST_MS);
  const jitteredMs = Math.round(pauseMs * (1 + JITTER * (2 * random - 1)));
  return { kind: 'again', inMs: Math.max(jitteredMs, askedMs) };
}

/** Pure: for how long a webhook is left alone after so many failures in a row. Its deliveries lose no attempts meanwhile. */
export function restMs(failures: number): number {
  if (failures < FAILURES_BEFORE_REST) return 0;
  return Math.min(5 * SECOND_MS * 2 ** (failures - FAILURES_BEFORE_REST), REST_MOST_MS);
}
