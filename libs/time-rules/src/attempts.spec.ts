import fc from 'fast-check';
import { backoff, failureClassOf, type FailureClass } from './backoff';
import { jitterSeconds } from './jitter';

const MINUTE_MS = 60_000;

describe('jitterSeconds', () => {
  it('is the same for the same key, and spreads keys over the whole span', () => {
    const of = (device: number): number => jitterSeconds(9, ['nightly', String(device)]);
    const seen = new Set(Array.from({ length: 300 }, (_, device) => of(device)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(of(7)).toBe(of(7));
    expect(jitterSeconds(0, ['nightly'])).toBe(0);
  });
});

describe('backoff', () => {
  it.each<[FailureClass, number, number]>([
    ['passing', 1, 1],
    ['passing', 3, 4],
    ['passing', 50, 60],
    ['silent', 1, 15],
    ['silent', 9, 360],
    ['device', 1, 30],
    ['device', 2, 90],
    ['device', 1000, 1440],
  ])('%s, attempt %i: between half of %i minutes and all of them', (failureClass, attempt, minutes) => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const wait = backoff(attempt, failureClass, [key]) ?? NaN;
        expect(wait).toBe(backoff(attempt, failureClass, [key]));
        expect(wait).toBeGreaterThanOrEqual((minutes * MINUTE_MS) / 2);
        expect(wait).toBeLessThanOrEqual(minutes * MINUTE_MS);
      }),
      { numRuns: 20 },
    );
  });

  it.each<[FailureClass, number, number]>([
    ['passing', 1, 5],
    ['device', 2, 15],
    ['device', 9, 1440],
  ])('%s, attempt %i, of 5 minutes at first: at most %i minutes', (failureClass, attempt, minutes) => {
    const wait = backoff(attempt, failureClass, ['x'], 5 * MINUTE_MS) ?? NaN;
    expect(wait).toBeGreaterThanOrEqual((minutes * MINUTE_MS) / 2);
    expect(wait).toBeLessThanOrEqual(minutes * MINUTE_MS);
  });

  it('gives up at once what is final', () => {
    expect(backoff(1, 'final', ['x'])).toBeUndefined();
  });
});

describe('failureClassOf', () => {
  it.each<[string, string | null, string | null, FailureClass]>([
    ['lost', null, null, 'silent'],
    ['timed-out', null, null, 'silent'],
    ['expired', 'expired', null, 'silent'],
    ['failed', 'change-error', null, 'device'],
    ['failed', 'not-verified', null, 'device'],
    ['failed', 'disk-full', null, 'device'],
    ['failed', 'snapd-refused', 'insufficient-disk-space', 'device'],
    ['failed', 'snapd-refused', 'network-timeout', 'passing'],
    ['failed', 'snap-change-conflict', 'snap-change-conflict', 'passing'],
    ['failed', 'artifact-failed', null, 'passing'],
    ['failed', 'snapd-refused', 'snap-not-found', 'final'],
    ['failed', 'requirement-not-met', null, 'final'],
    ['rejected', 'policy', null, 'final'],
    ['unknown', 'unknown-fate', null, 'final'],
    ['cancelled', null, null, 'final'],
  ])('%s, cause %s, kind %s is %s', (status, cause, snapdKind, expected) => {
    expect(failureClassOf({ status, cause, snapdKind })).toBe(expected);
  });
});
