import { debtMs, fullBucket, isOverdrawn, takeTokens } from './bucket';

const limit = { perSecond: 10, burst: 20, debt: 5 };

describe('a token bucket', () => {
  it.each([
    ['gives a burst at once', [[20, 0]], 0],
    ['goes into debt past the burst', [[22, 0]], -2],
    [
      'refills with time',
      [
        [20, 0],
        [5, 1_000],
      ],
      5,
    ],
    ['never holds more than a burst', [[0, 60_000]], 20],
    [
      'does not mind a clock that stands still or goes back',
      [
        [5, 1_000],
        [5, 500],
      ],
      10,
    ],
  ] as [string, [number, number][], number][])('%s', (_name, takes, left) => {
    const bucket = takes.reduce((now, [amount, atMs]) => takeTokens(now, limit, amount, atMs), fullBucket(limit, 0));
    expect(bucket.tokens).toBe(left);
  });

  it('says how long a debt takes to wait off, and when it is too deep', () => {
    const inDebt = takeTokens(fullBucket(limit, 0), limit, 25, 0);
    expect([debtMs(inDebt, limit), isOverdrawn(inDebt, limit)]).toEqual([500, false]);
    expect(isOverdrawn(takeTokens(inDebt, limit, 1, 0), limit)).toBe(true);
    expect(debtMs(fullBucket(limit, 0), limit)).toBe(0);
  });
});
