/** Not a time as snapd writes them. */
export class TimestampError extends Error {
  readonly code = 'bad-timestamp';

  constructor(readonly text: string) {
    super(`cannot read time ${JSON.stringify(text)}: it is not RFC 3339`);
    this.name = 'TimestampError';
  }
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;
const NS_PER_SECOND = 1_000_000_000n;

/**
 * Nanoseconds since 1970 (UTC) of a Go RFC3339Nano time. snapd writes them in the device's zone and trims trailing
 * zeros of the fraction, so neither text comparison nor Date (milliseconds) orders them.
 * @throws TimestampError when `text` is not such a time
 */
export function timestampToNs(text: string): bigint {
  const match = rfc3339.exec(text);
  if (!match) throw new TimestampError(text);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as SixNumbers;
  const offset = match[8]
    ? { sign: match[8] === '-' ? -1 : 1, hours: Number(match[9]), minutes: Number(match[10]) }
    : UTC;
  const inRange =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  if (!inRange || offset.hours > 23 || offset.minutes > 59) throw new TimestampError(text);
  const offsetSeconds = offset.sign * (offset.hours * 3600 + offset.minutes * 60);
  const seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds;
  return BigInt(seconds) * NS_PER_SECOND + BigInt((match[7] ?? '').padEnd(9, '0'));
}

/** Orders two of snapd's times: negative, 0 or positive, as `sort` wants it. Throws TimestampError. */
export function compareTimestamps(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = [timestampToNs(a), timestampToNs(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Writes nanoseconds since 1970 as snapd would in UTC: fraction without trailing zeros. Years 0 to 9999. */
export function nsToTimestamp(ns: bigint): string {
  const seconds = Number(floorDiv(ns, NS_PER_SECOND));
  const fraction = (ns - BigInt(seconds) * NS_PER_SECOND).toString().padStart(9, '0').replace(/0+$/, '');
  const days = Math.floor(seconds / 86_400);
  const ofDay = seconds - days * 86_400;
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map((n) => pad(n, 2)).join(':');
  return `${civilDate(days)}T${clock}${fraction === '' ? '' : `.${fraction}`}Z`;
}

type SixNumbers = [number, number, number, number, number, number];
const UTC = { sign: 1, hours: 0, minutes: 0 };

// Days and dates of the proleptic Gregorian calendar, counted in eras of 400 years that start on 1 March.
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilDate(daysFromEpoch: number): string {
  const days = daysFromEpoch + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1, 2)}`;
}

function daysInMonth(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
