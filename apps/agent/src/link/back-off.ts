export interface BackOffLimits {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * How long to wait before attempt `attempt` (1 = after the first failure): doubling from `firstMs` to `longestMs`, of
 * which a random half is taken off, so that a fleet does not come back at once.
 * @param random in [0, 1)
 */
export function backOffMs(attempt: number, limits: BackOffLimits, random: number): number {
  const ceiling = Math.min(limits.longestMs, limits.firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(ceiling * (1 - random / 2));
}
