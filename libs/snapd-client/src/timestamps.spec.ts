import { TimestampError, compareTimestamps, nsToTimestamp, timestampToNs } from './timestamps';

describe('timestampToNs', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1970-01-01T00:00:00.000000001Z', 1n],
    ['2026-11-20T13:26:22.10214493Z', 1795181182102144930n],
    ['2026-11-20T15:26:22.10214493+02:00', 1795181182102144930n],
    ['2026-11-20T07:56:22.10214493-05:30', 1795181182102144930n],
    ['2024-02-29T00:00:00Z', 1709164800000000000n],
    ['2000-03-01T00:00:00Z', 951868800000000000n],
    ['2319-01-01T00:00:00Z', 11013321600000000000n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['0001-01-01T00:00:00Z', -62135596800000000000n],
  ])('reads %s', (text, ns) => {
    expect(timestampToNs(text)).toBe(ns);
  });

  it('agrees with the platform on whole seconds of many years', () => {
    for (let seconds = -5_000_000_000; seconds < 8_000_000_000; seconds += 97_654_321) {
      const text = new Date(seconds * 1000).toISOString();
      expect(timestampToNs(text)).toBe(BigInt(seconds) * 1_000_000_000n);
    }
  });

  it.each([
    '',
    'forever',
    '2026-11-20',
    '2026-11-20 13:26:22Z',
    '2026-11-20T13:26:22',
    '2026-13-01T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T13:60:00Z',
    '2026-11-20T13:26:22.Z',
    '2026-11-20T13:26:22.1234567890Z',
    '2026-11-20T13:26:22+0200',
    '2026-11-20T13:26:22+24:00',
    ' 2026-11-20T13:26:22Z',
  ])('refuses %j', (text) => {
    expect(() => timestampToNs(text)).toThrow(TimestampError);
  });
});

describe('compareTimestamps', () => {
  it.each([
    ['trimmed zeros', '2026-11-20T13:26:22.089197339Z', '2026-11-20T13:26:22.10214493Z'],
    ['a short fraction', '2026-11-20T13:26:00.1Z', '2026-11-20T13:26:00.12Z'],
    ['no fraction', '2026-11-20T13:26:00Z', '2026-11-20T13:26:00.000000001Z'],
    ['one nanosecond', '2026-11-20T13:26:00.123456788Z', '2026-11-20T13:26:00.123456789Z'],
    ['zones', '2026-11-20T15:26:00+02:00', '2026-11-20T13:26:00.1Z'],
  ])('orders by time with %s', (_what, earlier, later) => {
    expect(compareTimestamps(earlier, later)).toBe(-1);
    expect(compareTimestamps(later, earlier)).toBe(1);
    expect(compareTimestamps(later, later)).toBe(0);
  });
});

describe('nsToTimestamp', () => {
  it.each([
    '1970-01-01T00:00:00Z',
    '1969-12-31T23:59:59.999999999Z',
    '2024-02-29T23:59:59.1Z',
    '2026-11-20T13:26:22.10214493Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999Z',
  ])('writes %s back as it was', (text) => {
    expect(nsToTimestamp(timestampToNs(text))).toBe(text);
  });
});
