const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MAX_BIGINT = 2n ** 63n - 1n;

/**
 * Nanoseconds since 1970 of a time as Go writes it (RFC3339Nano), without going through Date, which knows milliseconds only:
 * two changes of one device may differ in nanoseconds alone.
 * @returns undefined when it is no such time, or is outside what a bigint column holds (1677 to 2262)
 */
export function rfc3339Nanoseconds(text: string): bigint | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const offsetMinutes = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0);
  if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 60 || offsetMinutes > 24 * 60) return undefined;
  const offset = match[8] === '-' ? -offsetMinutes : offsetMinutes;
  const seconds = ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second;
  const nanoseconds = BigInt(seconds) * 1_000_000_000n + BigInt((match[7] ?? '').padEnd(9, '0'));
  return nanoseconds > MAX_BIGINT || nanoseconds < -MAX_BIGINT ? undefined : nanoseconds;
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function isDay(year: number, month: number, day: number): boolean {
  const days = month === 2 && isLeap(year) ? 29 : MONTH_DAYS[month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

/** Counts in years that begin in March, so that the leap day is the last one. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1 - 719_468;
}
