import { quote } from '../go-text';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const CLOCK = /^(?:[01]?\d|2[0-4]):[0-5]\d$/;

/**
 * Why a refresh timer is none, or undefined: events by `,,`, of week days, times and spans (`mon,10:00-12:00`, `00:00~24:00/4`).
 * Told the way snapd tells it for a word it does not know.
 */
export function timerError(text: string): string | undefined {
  if (text === 'managed') return undefined;
  for (const part of text.split(/,{1,2}/)) {
    const [span = ''] = part.split('/');
    const ends = span.split(/[-~]/);
    if (ends.every((end) => CLOCK.test(end))) continue;
    const bad = ends.find((end) => !DAYS.includes(end.replace(/[1-5]$/, '')));
    if (bad !== undefined) return `${quote(bad)} is not a valid weekday`;
  }
  return undefined;
}
