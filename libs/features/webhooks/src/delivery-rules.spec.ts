import fc from 'fast-check';
import { PAUSES_MS, restMs, verdictOf } from './delivery-rules';

describe('what becomes of a delivery', () => {
  it.each([
    ['an answer of 200', { status: 200 }, 1, 'delivered'],
    ['an answer of 204', { status: 204 }, 11, 'delivered'],
    ['a redirect', { status: 302 }, 1, 'again'],
    ['a refusal', { status: 400 }, 1, 'again'],
    ['a server that is down', { status: 503 }, 3, 'again'],
    ['no answer', { error: 'no answer within 10 s' }, 10, 'again'],
    ['the last attempt', { error: 'no answer within 10 s' }, 11, 'dead'],
    ['an answer of 410', { status: 410 }, 1, 'gone'],
  ])('after %s', (_, attempt, attempts, kind) => {
    expect(verdictOf(attempt, attempts, 0.5).kind).toBe(kind);
  });

  it('is tried for about a day, with pauses that grow', () => {
    expect(PAUSES_MS.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(24 * 3_600_000);
    expect([...PAUSES_MS].sort((one, other) => one - other)).toEqual(PAUSES_MS);
  });

  it('waits a fifth more or less than the pause, and no shorter than the receiver asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: PAUSES_MS.length }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 100_000 }),
        (attempts, random, retryAfterSeconds) => {
          const verdict = verdictOf({ status: 429, retryAfterSeconds }, attempts, random);
          const inMs = verdict.kind === 'again' ? verdict.inMs : NaN;
          const pauseMs = PAUSES_MS[attempts - 1] ?? NaN;
          const askedMs = Math.min(retryAfterSeconds * 1000, 3_600_000);
          expect(inMs).toBeGreaterThanOrEqual(Math.max(askedMs, Math.round(pauseMs * 0.8)));
          expect(inMs).toBeLessThanOrEqual(Math.max(askedMs, Math.round(pauseMs * 1.2)));
        },
      ),
    );
  });
});

it('leaves a webhook alone after five failures in a row, for longer and longer, five minutes at most', () => {
  expect([0, 1, 4, 5, 6, 7, 10, 11, 1000].map(restMs)).toEqual([
    ...[0, 0, 0],
    ...[5_000, 10_000, 20_000],
    ...[160_000, 300_000, 300_000],
  ]);
});
