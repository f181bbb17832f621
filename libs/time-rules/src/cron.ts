import { parseExpression, type CronFields, type ParserOptions } from 'cron-parser';
import { civilDate, DAY_MS, RAREST_DAYS, type CivilDate, type CivilDay } from './civil-day';
import type { TimeProblem } from './problem';

/** A cron expression, read: minutes of the day, and a rule for days. Where in the world is said beside it. */
export interface Cron {
  /** Minutes of the day at which it occurs, rising. */
  readonly minutesOfDay: readonly number[];
  /** It names no hour, so it goes by real time: see occurrences.ts. */
  readonly everyHour: boolean;
  readonly matches: (day: CivilDay) => boolean;
}

/** A text that is no cron expression, or one that never occurs. */
export class CronError extends Error {
  readonly code = 'bad-cron';
}

const NAMED: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const LAST_WEEKDAY = /^[0-7]L$/;
/** Any eight years and a day have every day a cron can name, but those around 2100: there are enough without them. */
const A_START = Date.UTC(2024, 0, 1);

/**
 * Reads five fields (minute, hour, day of month, month, day of week) or one of `@hourly @daily @weekly @monthly @yearly`. Names of
 * months and days, lists, ranges and steps; `L` is the last day of the month, `5L` its last Friday, `5#2` its second. Where both
 * day fields are restricted, a day matches when either does (crontab(5)).
 * @throws CronError for anything else, and for what never occurs, such as 31 February
 */
export function parseCron(text: string): Cron {
  const trimmed = text.trim();
  const expression = NAMED[trimmed] ?? trimmed;
  const count = expression.split(/\s+/).length;
  if (count !== 5) throw new CronError(`expected minute, hour, day of month, month and day of week, got "${text}"`);
  const options: ParserOptions = {};
  const fields = fieldsOf(expression, options);
  const cron = {
    minutesOfDay: fields.hour.flatMap((hour) => fields.minute.map((minute) => hour * 60 + minute)),
    everyHour: fields.hour.length === 24,
    matches: dayRule(fields, options.nthDayOfWeek),
  };
  if (!matchingDays(cron).next().done) return cron;
  throw new CronError(`never occurs: no year has such a day`);
}

/** Days of eight years on which a cron occurs: all there is to know of its days. */
export function* matchingDays({ matches }: Pick<Cron, 'matches'>): Generator<CivilDay> {
  for (let at = 0; at <= RAREST_DAYS; at++) {
    const day = A_START + at * DAY_MS;
    if (matches(day)) yield day;
  }
}

/** Problems of a cron expression, under the name that the caller gives the field. */
export function validateCron(text: string, field = 'cron'): TimeProblem[] {
  try {
    parseCron(text);
    return [];
  } catch (error) {
    if (error instanceof CronError) return [{ field, message: error.message }];
    throw error;
  }
}

function fieldsOf(expression: string, options: ParserOptions): CronFields {
  try {
    const { fields } = parseExpression(expression, options);
    const wrong = fields.dayOfWeek.map(String).find((day) => day.includes('L') && !LAST_WEEKDAY.test(day));
    if (wrong !== undefined) throw new Error(`Invalid last weekday of the month: ${wrong}`);
    return fields;
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('Invalid explicit day of month'))
      throw new CronError('never occurs: no year has such a day');
    throw new CronError(message.charAt(0).toLowerCase() + message.slice(1), { cause: error });
  }
}

function dayRule({ month, dayOfMonth, dayOfWeek }: CronFields, nth: number | undefined): Cron['matches'] {
  const months = new Set<number>(month);
  const days = new Set<number | string>(dayOfMonth);
  const weekdays = new Set(dayOfWeek.map((day) => (typeof day === 'number' ? String(day % 7) : day)));
  const anyDay = dayOfMonth.length >= longestMonth(months);
  const anyWeekday = nth === undefined && weekdays.size >= 7;
  const isDay = (date: CivilDate): boolean =>
    days.has(date.dayOfMonth) || (days.has('L') && date.dayOfMonth === date.daysInMonth);
  const isWeekday = (date: CivilDate): boolean => hasWeekday(weekdays, date, nth);
  return (day) => {
    const date = civilDate(day);
    if (!months.has(date.month)) return false;
    if (anyDay) return anyWeekday || isWeekday(date);
    return isDay(date) || (!anyWeekday && isWeekday(date));
  };
}

/** cron-parser leaves the days out that a single month does not have. */
const longestMonth = (months: ReadonlySet<number>): number => {
  const [only] = months;
  return months.size > 1 || only === undefined ? 31 : new Date(Date.UTC(2024, only, 0)).getUTCDate();
};

function hasWeekday(weekdays: ReadonlySet<string>, date: CivilDate, nth: number | undefined): boolean {
  const isLast = date.dayOfMonth > date.daysInMonth - 7;
  const last = isLast && (weekdays.has(`${date.dayOfWeek}L`) || (date.dayOfWeek === 0 && weekdays.has('7L')));
  if (last) return true;
  return weekdays.has(String(date.dayOfWeek)) && (nth === undefined || Math.ceil(date.dayOfMonth / 7) === nth);
}
