import type { MaintenanceWindow } from '../window';

const MINUTE_MS = 60_000;

/**
 * A second, slow implementation for the specs: it asks `Intl` what the clocks show at each minute, and shares nothing with the
 * first. It knows numbers, `*`, lists, ranges and steps.
 */
export function naiveOccurrences(cron: string, zone: string, from: number, to: number): number[] {
  const [minute, hour, dayOfMonth, month, dayOfWeek] = cron.split(' ') as [string, string, string, string, string];
  const everyHour = hour === '*';
  const [minutes, hours, days] = [valuesOf(minute, 0, 59), valuesOf(hour, 0, 23), valuesOf(dayOfMonth, 1, 31)];
  const [months, weekdays] = [valuesOf(month, 1, 12), valuesOf(dayOfWeek, 0, 6)];
  const either = dayOfMonth !== '*' && dayOfWeek !== '*';
  const matches = (wall: number): boolean => {
    const at = new Date(wall);
    if (!minutes.has(at.getUTCMinutes()) || !hours.has(at.getUTCHours()) || !months.has(at.getUTCMonth() + 1))
      return false;
    const [day, weekday] = [days.has(at.getUTCDate()), weekdays.has(at.getUTCDay())];
    return either ? day || weekday : day && weekday;
  };
  const shows = clock(zone);
  const found = new Set<number>();
  let shown = -Infinity;
  // Two days before, so that what was shown before is known.
  for (let at = from - 2 * 86_400_000; at < to; at += MINUTE_MS) {
    const wall = shows(at);
    for (let jumped = shown + MINUTE_MS; shown > 0 && jumped < wall; jumped += MINUTE_MS) {
      if (!everyHour && matches(jumped)) found.add(at - MINUTE_MS + (jumped - shown));
    }
    if (matches(wall) && (everyHour || !seenBefore(shows, wall, at))) found.add(at);
    shown = wall;
  }
  return [...found].filter((at) => at >= from && at < to).sort((a, b) => a - b);
}

/** The minutes at which a window is open, of those in a span; what began before the span is left out. */
export function naiveOpenMinutes(window: MaintenanceWindow, zone: string, from: number, to: number): Set<number> {
  const open = new Set<number>();
  for (const at of naiveOccurrences(window.cron, zone, from, to)) {
    const over = at + window.durationMinutes * MINUTE_MS;
    for (let minute = at; minute < over; minute += MINUTE_MS) open.add(minute);
  }
  return open;
}

/** Whether the clocks showed this time before: they are put back by half an hour or by an hour. */
function seenBefore(shows: (at: number) => number, wall: number, at: number): boolean {
  return [30, 60].some((minutes) => shows(at - minutes * MINUTE_MS) === wall);
}

const clocks = new Map<string, (at: number) => number>();

/** What the clocks of a zone show at an instant, as milliseconds as if in UTC; kept, as it is asked again and again. */
function clock(zone: string): (at: number) => number {
  const made = clocks.get(zone) ?? newClock(zone);
  clocks.set(zone, made);
  return made;
}

function newClock(zone: string): (at: number) => number {
  const parts = ['year', 'month', 'day', 'hour', 'minute'] as const;
  const numbers = Object.fromEntries(parts.map((part) => [part, 'numeric']));
  const format = new Intl.DateTimeFormat('en-GB', { ...numbers, timeZone: zone, hourCycle: 'h23' });
  const known = new Map<number, number>();
  return (at) => {
    let wall = known.get(at);
    if (wall === undefined) {
      const said = new Map(format.formatToParts(at).map(({ type, value }) => [type as string, Number(value)]));
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts.map((part) => said.get(part));
      wall = Date.UTC(year, month - 1, day, hour, minute);
      known.set(at, wall);
    }
    return wall;
  };
}

function valuesOf(field: string, least: number, most: number): Set<number> {
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const [range = '', step = '1'] = item.split('/');
    const [low = NaN, high = low] = range === '*' ? [least, most] : range.split('-').map(Number);
    for (let value = low; value <= high; value += Number(step)) values.add(value);
  }
  return values;
}
