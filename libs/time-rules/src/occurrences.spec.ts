import fc from 'fast-check';
import { parseCron } from './cron';
import { nextOccurrence, occurrences } from './occurrences';
import { DAYS_OF_CHANGE } from './testing/days-of-change';
import { naiveOccurrences } from './testing/naive';

describe('nextOccurrence', () => {
  it.each<[string, string, string, string]>([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', '2026-03-29T01:30Z'], // 2:30 is not there: at 3:30
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', '2026-10-25T00:30Z'], // 2:30 is there twice: the first
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30Z', '2026-10-26T01:30Z'], // and not the second
    ['0 * * * *', 'Europe/Berlin', '2026-10-25T00:00Z', '2026-10-25T01:00Z'], // every hour goes on evenly
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', '2026-10-03T15:45Z'], // half an hour is not there
    ['0 4 * * 0', 'Asia/Kathmandu', '2026-06-01T00:00Z', '2026-06-06T22:15Z'],
    ['0 0 29 2 *', 'UTC', '2026-01-01T00:00Z', '2028-02-29T00:00Z'],
    ['0 0 29 2 *', 'UTC', '2096-03-01T00:00Z', '2104-02-29T00:00Z'],
    ['0 0 L * *', 'UTC', '2026-02-01T00:00Z', '2026-02-28T00:00Z'],
    ['0 0 * * 2#2', 'UTC', '2026-02-01T00:00Z', '2026-02-10T00:00Z'],
    ['0 0 * * FRIL', 'UTC', '2026-02-01T00:00Z', '2026-02-27T00:00Z'],
    ['0 0 * * 7L', 'UTC', '2026-02-01T00:00Z', '2026-02-22T00:00Z'],
    ['0 0 13 * 5', 'UTC', '2026-02-01T00:00Z', '2026-02-06T00:00Z'], // either day field
    ['0 0 * 2 1', 'UTC', '2026-02-03T00:00Z', '2026-02-09T00:00Z'],
    ['@weekly', 'UTC', '2026-02-03T00:00Z', '2026-02-08T00:00Z'],
  ])('%s in %s after %s is %s', (cron, zone, after, expected) => {
    expect(nextOccurrence(cron, zone, new Date(after))).toEqual(new Date(expected));
  });
});

const number = (least: number, most: number) => fc.integer({ min: least, max: most }).map(String);
const list = (least: number, most: number) =>
  fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 3 }).map((all) => all.join(','));
const field = (least: number, most: number) =>
  fc.oneof(fc.constant('*'), number(least, most), list(least, most), fc.constantFrom('*/2', '*/7', '*/15'));
const crons = fc
  .tuple(
    field(0, 59),
    fc.oneof(fc.constant('*'), list(0, 4), list(0, 23), fc.constant('*/3')),
    field(1, 31),
    field(0, 6),
  )
  .map(([minute, hour, dayOfMonth, dayOfWeek]) => `${minute} ${hour} ${dayOfMonth} * ${dayOfWeek}`);

describe('occurrences, beside an implementation that asks Intl at each minute', () => {
  it.each(DAYS_OF_CHANGE)('agree in %s from %s', (zone, day) => {
    const from = Date.parse(`${day}T00:00Z`);
    const to = from + 4 * 86_400_000;
    fc.assert(
      fc.property(crons, (cron) => {
        const ours: number[] = [];
        for (const at of occurrences(parseCron(cron), zone, new Date(from - 1))) {
          if (at.getTime() >= to) break;
          ours.push(at.getTime());
        }
        expect(ours).toEqual(naiveOccurrences(cron, zone, from, to));
      }),
      { numRuns: 8 },
    );
  });
});
