import type { CommandFacts } from './advance';

const MOST_MS = 24 * 3_600_000;

/** Doubled with each attempt, from the rollout's own backoff; at most a day. */
export const retryAfterMs = (backoffSeconds: number, attempt: number, _failed: CommandFacts): number =>
  Math.min(MOST_MS, backoffSeconds * 1000 * 2 ** Math.max(0, attempt - 1));
