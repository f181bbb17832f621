import fc from 'fast-check';
import { DAYS_OF_CHANGE } from './testing/days-of-change';
import { naiveOpenMinutes } from './testing/naive';
import { validateWindow } from './validate-window';
import { windowState, zoneOf, type MaintenanceWindow } from './window';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const aWindow = (window: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
  cron: '0 2 * * *',
  durationMinutes: 120,
  timeZone: 'device',
  ...window,
});

describe('windowState', () => {
  const at = (window: Partial<MaintenanceWindow>, zone: string | undefined, now: string): string => {
    const { open, opensAt, closesAt } = windowState(aWindow(window), zone, new Date(now));
    return `${open ? 'open' : 'closed'} ${opensAt.toISOString().slice(0, 16)} ${closesAt.toISOString().slice(0, 16)}`;
  };

  it.each<[string, Partial<MaintenanceWindow>, string | undefined, string, string]>([
    ['before it', {}, 'UTC', '2026-06-01T01:59Z', 'closed 2026-06-01T02:00 2026-06-01T04:00'],
    ['as it opens', {}, 'UTC', '2026-06-01T02:00Z', 'open 2026-06-01T02:00 2026-06-01T04:00'],
    ['in its last second', {}, 'UTC', '2026-06-01T03:59:59Z', 'open 2026-06-01T02:00 2026-06-01T04:00'],
    ['as it closes', {}, 'UTC', '2026-06-01T04:00Z', 'closed 2026-06-02T02:00 2026-06-02T04:00'],
    ['in the device zone', {}, 'Asia/Kathmandu', '2026-06-01T20:15Z', 'open 2026-06-01T20:15 2026-06-01T22:15'],
    [
      'in a named zone',
      { timeZone: 'UTC' },
      'Asia/Kathmandu',
      '2026-06-01T20:15Z',
      'closed 2026-06-02T02:00 2026-06-02T04:00',
    ],
    [
      'zone not known',
      { fallbackTimeZone: 'Asia/Kathmandu' },
      undefined,
      '2026-06-01T20:15Z',
      'open 2026-06-01T20:15 2026-06-01T22:15',
    ],
    [
      'over midnight',
      { cron: '0 22 * * 5', durationMinutes: 480 },
      'UTC',
      '2026-06-06T03:00Z',
      'open 2026-06-05T22:00 2026-06-06T06:00',
    ],
    // 2:00 is not there: it opens at 3:00 summer time, for two real hours.
    ['spring', {}, 'Europe/Berlin', '2026-03-29T01:00Z', 'open 2026-03-29T01:00 2026-03-29T03:00'],
    // From 1:00 on for two real hours, over the hour that is not there: until 4:00 summer time.
    [
      'over spring',
      { cron: '0 1 * * *' },
      'Europe/Berlin',
      '2026-03-29T01:30Z',
      'open 2026-03-29T00:00 2026-03-29T02:00',
    ],
    // 2:00 is there twice: from the first on, for two real hours, until 3:00.
    ['autumn', {}, 'Europe/Berlin', '2026-10-25T01:30Z', 'open 2026-10-25T00:00 2026-10-25T02:00'],
    ['after autumn', {}, 'Europe/Berlin', '2026-10-25T02:00Z', 'closed 2026-10-26T01:00 2026-10-26T03:00'],
    ['Lord Howe', {}, 'Australia/Lord_Howe', '2026-10-03T15:30Z', 'open 2026-10-03T15:30 2026-10-03T17:30'],
    ['overlapping', { cron: '0 1,2,4 * * *' }, 'UTC', '2026-06-01T03:30Z', 'open 2026-06-01T01:00 2026-06-01T06:00'],
    [
      'next one overlapping',
      { cron: '0 1,2,4 * * *' },
      'UTC',
      '2026-06-01T06:00Z',
      'closed 2026-06-02T01:00 2026-06-02T06:00',
    ],
  ])('%s', (_, window, zone, now, expected) => {
    expect(at(window, zone, now)).toBe(expected);
  });

  it('finds the beginning of an opening that thousands of occurrences make up', () => {
    const state = windowState(
      aWindow({ cron: '* * 1-7 * *', durationMinutes: 1 }),
      'UTC',
      new Date('2026-06-07T12:00Z'),
    );
    expect(state).toEqual({ open: true, opensAt: new Date('2026-06-01'), closesAt: new Date('2026-06-08') });
  });

  const windows = fc.record({
    cron: fc.constantFrom(
      '30 1 * * *',
      '15 2 * * *',
      '0 0 * * 0,6',
      '*/20 1-3 * * *',
      '0 */6 * * *',
      '50 * * * *',
      '0 22 * * *',
    ),
    durationMinutes: fc.constantFrom(1, 15, 45, 90, 180, 350),
    timeZone: fc.constant('device'),
  });

  it.each(DAYS_OF_CHANGE)('agrees with Intl at each minute in %s from %s', (zone, day) => {
    const from = Date.parse(`${day}T00:00Z`);
    const span = fc.integer({ min: 0, max: 4 * 1440 });
    fc.assert(
      fc.property(windows, span, (window, minute) => {
        fc.pre(validateWindow(window).length === 0);
        const open = naiveOpenMinutes(window, zone, from - 2 * DAY_MS, from + 12 * DAY_MS);
        const now = from + minute * MINUTE_MS;
        const walk = (at: number, step: number, while_: boolean): number => {
          while (open.has(at) === while_) at += step;
          return at;
        };
        const isOpen = open.has(now);
        const opensAt = isOpen ? walk(now, -MINUTE_MS, true) + MINUTE_MS : walk(now, MINUTE_MS, false);
        const expected = {
          open: isOpen,
          opensAt: new Date(opensAt),
          closesAt: new Date(walk(opensAt, MINUTE_MS, true)),
        };
        expect(windowState(window, zone, new Date(now + 999))).toEqual(expected);
      }),
      { numRuns: 6 },
    );
  });
});

describe('zoneOf', () => {
  it.each<[string, Partial<MaintenanceWindow>, string | undefined, string]>([
    ['its own', {}, 'Europe/Berlin', 'Europe/Berlin'],
    ['one that nobody knows', {}, 'Mars/Olympus', 'UTC'],
    ['none', { fallbackTimeZone: 'Asia/Tokyo' }, undefined, 'Asia/Tokyo'],
    ['another than the window names', { timeZone: 'Asia/Tokyo' }, 'Europe/Berlin', 'Asia/Tokyo'],
  ])('of a device with %s', (_, window, deviceZone, expected) => {
    expect(zoneOf(aWindow(window), deviceZone)).toBe(expected);
  });
});

describe('validateWindow', () => {
  it.each<[Partial<MaintenanceWindow>, string, RegExp]>([
    [{ cron: '0 0 31 2 *' }, 'window.cron', /never open: never occurs/],
    [{ cron: '0 0 31 4,6 *' }, 'window.cron', /never open: never occurs/],
    [{ cron: '0 25 * * *' }, 'window.cron', /constraint error/],
    [{ durationMinutes: 0 }, 'window.durationMinutes', /from 1 to 10080/],
    [{ durationMinutes: 1.5 }, 'window.durationMinutes', /from 1 to 10080/],
    [{ durationMinutes: 10081 }, 'window.durationMinutes', /from 1 to 10080/],
    [{ durationMinutes: 1440 }, 'window.durationMinutes', /opens again before it is over/],
    [{ cron: '0 * * * *', durationMinutes: 60 }, 'window.durationMinutes', /opens again before it is over/],
    [{ cron: '* * 1-8 * *', durationMinutes: 1 }, 'window.durationMinutes', /opens again before it is over/],
    [{ timeZone: 'Europe/Atlantis' }, 'window.timeZone', /no time zone/],
    [{ timeZone: '+02:00' }, 'window.timeZone', /no time zone/],
    [{ fallbackTimeZone: 'x' }, 'window.fallbackTimeZone', /no time zone/],
    [{ timeZone: 'UTC', fallbackTimeZone: 'UTC' }, 'window.fallbackTimeZone', /only for time zone "device"/],
  ])('refuses %j at %s', (window, field, message) => {
    expect(validateWindow(aWindow(window))).toEqual([{ field, message: expect.stringMatching(message) as unknown }]);
  });

  it.each<Partial<MaintenanceWindow>>([
    {},
    { durationMinutes: 1439 },
    { cron: '* * 1-7 * *', durationMinutes: 1 },
    { cron: '0 22 * * 5', durationMinutes: 10079 },
    { timeZone: 'Europe/Berlin' },
    { fallbackTimeZone: 'UTC' },
  ])('takes %j', (window) => {
    expect(validateWindow(aWindow(window))).toEqual([]);
  });
});
