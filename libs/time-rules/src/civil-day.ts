export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * A day of the calendar without a place: its midnight as if it were in UTC, in milliseconds. Sums of `DAY_MS` are whole days
 * here, whatever clocks do.
 */
export type CivilDay = number;

/** The calendar's numbers of a day. */
export interface CivilDate {
  readonly dayOfMonth: number;
  /** 1 to 12. */
  readonly month: number;
  /** 0 is Sunday. */
  readonly dayOfWeek: number;
  readonly daysInMonth: number;
}

export function civilDate(day: CivilDay): CivilDate {
  const date = new Date(day);
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return { dayOfMonth: date.getUTCDate(), month: date.getUTCMonth() + 1, dayOfWeek: date.getUTCDay(), daysInMonth };
}

/** The longest time between two of the rarest days a cron can name: 29 February, from 2096 to 2104. */
export const RAREST_DAYS = 8 * 366;
