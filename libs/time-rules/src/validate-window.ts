import { MINUTE_MS } from './civil-day';
import { matchingDays, parseCron, validateCron, type Cron } from './cron';
import type { TimeProblem } from './problem';
import type { MaintenanceWindow } from './window';
import { validateZone } from './zone';

/** A window is open for a week at most, also where its occurrences overlap: what is longer is no window. */
export const WINDOW_MOST_MINUTES = 7 * 24 * 60;

/**
 * Problems of a window: a cron expression that does not exist or never occurs (it would never open), a time zone that does not
 * exist, and a duration longer than the period, so that it would not close.
 * @param field what the caller calls the window
 */
export function validateWindow(window: MaintenanceWindow, field = 'window'): TimeProblem[] {
  const { cron, durationMinutes, timeZone, fallbackTimeZone } = window;
  const cronProblems = validateCron(cron, `${field}.cron`);
  const problems = [
    ...cronProblems.map((problem) => ({ ...problem, message: `the window would never open: ${problem.message}` })),
    ...durationProblems(durationMinutes, `${field}.durationMinutes`),
    ...(timeZone === 'device' ? [] : validateZone(timeZone, `${field}.timeZone`)),
    ...(fallbackTimeZone === undefined ? [] : validateZone(fallbackTimeZone, `${field}.fallbackTimeZone`)),
  ];
  if (fallbackTimeZone !== undefined && timeZone !== 'device') {
    problems.push({ field: `${field}.fallbackTimeZone`, message: 'only for time zone "device"' });
  }
  if (problems.length > 0 || closes(parseCron(cron), durationMinutes)) return problems;
  const message = `the window would not close within ${WINDOW_MOST_MINUTES} minutes: it opens again before it is over`;
  return [{ field: `${field}.durationMinutes`, message }];
}

function durationProblems(minutes: number, field: string): TimeProblem[] {
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= WINDOW_MOST_MINUTES) return [];
  return [{ field, message: `expected whole minutes from 1 to ${WINDOW_MOST_MINUTES}` }];
}

/** Whether no opening is longer than allowed, in days without a change of clocks. */
function closes(cron: Cron, durationMinutes: number): boolean {
  const openings = openingsOfADay(cron, durationMinutes * MINUTE_MS);
  let [began, over] = [0, 0];
  for (const day of matchingDays(cron)) {
    for (const { from, to } of openings) {
      if (day + from > over) began = day + from;
      over = day + to;
      if (over - began > WINDOW_MOST_MINUTES * MINUTE_MS) return false;
    }
  }
  return true;
}

/** Milliseconds from midnight; the last may go on beyond the day. */
function openingsOfADay({ minutesOfDay }: Cron, lengthMs: number): { from: number; to: number }[] {
  const openings: { from: number; to: number }[] = [];
  for (const minute of minutesOfDay) {
    const from = minute * MINUTE_MS;
    const last = openings.at(-1);
    if (last && from <= last.to) last.to = from + lengthMs;
    else openings.push({ from, to: from + lengthMs });
  }
  return openings;
}
