import { DAY_MS, MINUTE_MS, RAREST_DAYS, type CivilDay } from './civil-day';
import type { Cron } from './cron';
import { parseCron } from './cron';
import { instantsOf, offsetAt, offsetsAround } from './zone';

/**
 * When a cron expression occurs in a time zone.
 *
 * | the clocks          | an expression that names hours             | one for every hour                     |
 * |---------------------|--------------------------------------------|----------------------------------------|
 * | go on               | at the time it names                       | at the time it names                   |
 * | are put forward over it | at the instant it would have been: 2:30 is at 3:30 | not: the next hour has its own  |
 * | are put back over it    | once, the first time                   | both times, so that it goes on evenly  |
 */

/** Occurrences after an instant, rising, each once. Endless, but for what lies more than eight years apart. */
export function* occurrences(cron: Cron, zone: string, after: Date): Generator<Date> {
  const first = dayOf(zone, after) - DAY_MS; // what was put off over midnight
  let waiting: number[] = [];
  let last = after.getTime();
  let empty = 0;
  for (let day = first; empty <= RAREST_DAYS; day += DAY_MS, empty++) {
    if (!cron.matches(day)) continue;
    waiting = [...waiting, ...instantsOn(cron, zone, day)].sort((a, b) => a - b);
    const certain = earliestOf(zone, day + DAY_MS);
    for (const instant of waiting) {
      if (instant >= certain) break;
      if (instant <= last) continue;
      last = instant;
      empty = 0;
      yield new Date(instant);
    }
    waiting = waiting.filter((instant) => instant >= certain);
  }
}

/**
 * The first occurrence after an instant.
 * @throws CronError when the text is no cron expression
 */
export function nextOccurrence(cron: string, zone: string, after: Date): Date {
  const next = occurrences(parseCron(cron), zone, after).next();
  if (next.done) throw new Error(`cannot find an occurrence of "${cron}" after ${after.toISOString()}`);
  return next.value;
}

const dayOf = (zone: string, instant: Date): CivilDay => {
  const wall = instant.getTime() + offsetAt(zone, instant.getTime()) * MINUTE_MS;
  return Math.floor(wall / DAY_MS) * DAY_MS;
};

/** The earliest instant at which the clocks of a zone may show something of a day. */
const earliestOf = (zone: string, day: CivilDay): number => {
  const { before, after } = offsetsAround(zone, day);
  return day - Math.max(before, after);
};

function instantsOn({ minutesOfDay, everyHour }: Cron, zone: string, day: CivilDay): number[] {
  const offsets = offsetsAround(zone, day);
  return minutesOfDay.flatMap((minute) => {
    const wall = day + minute * MINUTE_MS;
    const instants = instantsOf(wall, offsets);
    if (everyHour) return instants;
    return [instants[0] ?? wall - offsets.before];
  });
}
