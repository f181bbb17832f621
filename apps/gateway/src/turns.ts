/** When who could not be admitted is told to come again, as data. */
export interface Turns {
  /** Monotonic milliseconds of the last turn that was given. */
  readonly lastMs: number;
}

export const NO_TURNS: Turns = { lastMs: -Infinity };

/** The first turn is no sooner: what is over its rate now needs a moment. */
const FIRST_AFTER_MS = 1_000;
/** Nobody is sent away for longer: those who were told more have stopped waiting, or never meant to come. */
export const LAST_AFTER_MS = 10 * 60_000;

/**
 * Gives the next turn, one after the other at the rate of admission: a herd of n comes back over n / rate seconds rather
 * than all together again and again.
 * @returns `waitMs` until the turn
 */
export function giveTurn(turns: Turns, perSecond: number, nowMs: number): { turns: Turns; waitMs: number } {
  const nextMs = Math.max(nowMs + FIRST_AFTER_MS, turns.lastMs + 1_000 / perSecond);
  const lastMs = Math.min(nextMs, nowMs + LAST_AFTER_MS);
  return { turns: { lastMs }, waitMs: lastMs - nowMs };
}
