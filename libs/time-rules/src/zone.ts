import { DateTime, IANAZone } from 'luxon';
import { DAY_MS, MINUTE_MS } from './civil-day';
import type { TimeProblem } from './problem';

/** Whether this process knows the time zone, by its IANA name. */
export const isZone = (zone: string): boolean => /^[A-Za-z]/.test(zone) && IANAZone.isValidZone(zone);

/** Problems of a time zone, under the name that the caller gives the field. */
export function validateZone(zone: string, field = 'timeZone'): TimeProblem[] {
  if (isZone(zone)) return [];
  return [{ field, message: `"${zone}" is no time zone: expected an IANA name such as Europe/Berlin` }];
}

/** Minutes east of UTC at an instant. */
export const offsetAt = (zone: string, instant: number): number => IANAZone.create(zone).offset(instant);

/** What a zone's clocks do around a day: offsets before and after, in milliseconds, and when one became the other. */
export interface DayOffsets {
  readonly before: number;
  readonly after: number;
  /** The first instant of the later offset; of no meaning where both are the same. */
  readonly changedAt: number;
}

/** @param day a civil day; what is further than a day from it does not concern it, as no zone is */
export function offsetsAround(zone: string, day: number): DayOffsets {
  const offset = (instant: number): number => offsetAt(zone, instant) * MINUTE_MS;
  let [early, late] = [day - DAY_MS, day + 2 * DAY_MS];
  const [before, after] = [offset(early), offset(late)];
  while (before !== after && late - early > MINUTE_MS) {
    const middle = Math.floor((early + late) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offset(middle) === before) early = middle;
    else late = middle;
  }
  return { before, after, changedAt: late };
}

/**
 * The instants at which a zone's clocks show a time: one, two where they are put back (the earlier first), none where they
 * are put forward over it.
 * @param wall the time on the clock, as milliseconds as if in UTC
 */
export function instantsOf(wall: number, { before, after, changedAt }: DayOffsets): number[] {
  if (before === after) return [wall - before];
  const instants: number[] = [];
  if (wall - before < changedAt) instants.push(wall - before);
  if (wall - after >= changedAt) instants.push(wall - after);
  return instants;
}

/** What the clocks of a zone show at an instant, to the minute: `2026-11-27 03:00`. */
export const localTime = (zone: string, instant: Date): string =>
  DateTime.fromJSDate(instant, { zone }).toFormat('yyyy-MM-dd HH:mm');
