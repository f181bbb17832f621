import fc from 'fast-check';
import { giveTurn, LAST_AFTER_MS, NO_TURNS, type Turns } from './turns';

/** The waits of so many who come at one moment. */
function waitsOf(count: number, perSecond: number, nowMs: number): number[] {
  let turns: Turns = NO_TURNS;
  return Array.from({ length: count }, () => {
    const given = giveTurn(turns, perSecond, nowMs);
    turns = given.turns;
    return given.waitMs;
  });
}

it('spreads a herd over the time it takes to admit it', () => {
  const waits = waitsOf(10_000, 200, 5_000);
  expect(waits[0]).toBe(1_000);
  expect(waits.at(-1)).toBeCloseTo(1_000 + 9_999 * 5, 3);
});

it('begins anew once the last turn has passed', () => {
  const { turns } = giveTurn(NO_TURNS, 10, 0);
  expect(giveTurn(turns, 10, 60_000).waitMs).toBe(1_000);
});

it('never gives more turns in a second than are admitted, nor one beyond the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 500 }), (count, perSecond) => {
      const turns = Array.from({ length: count }, (_, at) => 1_000 + (at * 1_000) / perSecond);
      const off = waitsOf(count, perSecond, 0).map((waitMs, at) => waitMs - Math.min(turns[at] ?? 0, LAST_AFTER_MS));
      expect(Math.max(...off.map(Math.abs))).toBeLessThan(0.001);
    }),
  );
});
