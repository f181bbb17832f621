import { adjust, expiryOf, type Adjustable } from './adjust-rollout';

const current: Adjustable = {
  limits: { maxInFlight: 5 },
  gate: { maxFailedPercent: 10, minFailed: 1, minReached: { count: 1 }, soakSeconds: 0, onFailure: 'pause' },
  priority: 0,
  window: { cron: '0 2 * * *', durationMinutes: 60, timeZone: 'device' },
  expireAfterSeconds: 3600,
};

describe('adjust', () => {
  it('keeps what is not named, and tells before and after of what changes', () => {
    expect(adjust(current, { limits: { startsPerMinute: 7 }, priority: 0, window: null })).toEqual({
      adjusted: { ...current, limits: { maxInFlight: 5, startsPerMinute: 7 }, window: null },
      before: { limits: { maxInFlight: 5 }, window: current.window },
      after: { limits: { maxInFlight: 5, startsPerMinute: 7 }, window: null },
    });
  });

  it.each([[{}], [{ priority: 0 }], [{ limits: { maxInFlight: 5 }, gate: { soakSeconds: 0 } }]])(
    'of %j changes nothing',
    (asked) => {
      expect(adjust(current, asked)).toBeUndefined();
    },
  );
});

describe('expiryOf', () => {
  const now = new Date('2026-11-27T12:00:00.000Z');
  const startedAt = new Date('2026-11-27T11:00:00.000Z');
  it('counts from the start, and is not over', () => {
    expect(expiryOf(null, 60, now)).toBeNull();
    expect(expiryOf(startedAt, 3601, now)).toEqual(new Date('2026-11-27T12:00:01.000Z'));
    expect(() => expiryOf(startedAt, 3600, now)).toThrow(
      'expireAfterSeconds counts from its start at 2026-11-27T11:00:00.000Z',
    );
  });
});
