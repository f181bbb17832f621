const NS_PER_SECOND = 1_000_000_000n;

/** RFC3339Nano in UTC as Go prints it: trailing zeros of the fraction are trimmed (§4.4). */
export function formatTime(ns: bigint): string {
  const seconds = ns / NS_PER_SECOND;
  const head = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const nanoseconds = Number(ns - seconds * NS_PER_SECOND);
  if (nanoseconds === 0) return `${head}Z`;
  const fraction = String(nanoseconds).padStart(9, '0');
  return `${head}.${nanoseconds % 10 === 0 ? fraction.replace(/0+$/, '') : fraction}Z`;
}

/** RFC3339 to the second, the form of task log lines. */
export function formatSeconds(ns: bigint): string {
  return formatTime((ns / NS_PER_SECOND) * NS_PER_SECOND);
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads RFC3339 with an optional fraction.
 * @throws Error with the text of Go's time.Parse
 */
export function parseTime(text: string): bigint {
  const match = TIME.exec(text);
  const ms = match ? Date.parse(`${match[1]}${match[3]}`) : NaN;
  if (!match || Number.isNaN(ms)) throw new Error(parseTimeError(text));
  return BigInt(ms) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0') || '0');
}

function parseTimeError(text: string): string {
  const quoted = JSON.stringify(text);
  const [rest, layout] = /^\d{4}-/.test(text) ? [text.slice(19), 'Z07:00'] : [text, '2006'];
  return `parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(rest)} as "${layout}"`;
}

const UNITS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

/**
 * Reads a Go duration (`30s`, `1h15m`, `-1s`, `0`) into milliseconds.
 * @throws Error with the text of Go's time.ParseDuration
 */
export function parseGoDuration(text: string): number {
  const quoted = JSON.stringify(text);
  const negative = text.startsWith('-');
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0;
  if (rest === '') throw new Error(`time: invalid duration ${quoted}`);
  let ms = 0;
  while (rest !== '') {
    const number = /^(?:\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) throw new Error(`time: invalid duration ${quoted}`);
    rest = rest.slice(number.length);
    const unit = /^[^0-9.]+/.exec(rest)?.[0];
    if (unit === undefined) throw new Error(`time: missing unit in duration ${quoted}`);
    const factor = UNITS[unit];
    if (factor === undefined) throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    rest = rest.slice(unit.length);
    ms += Number(number) * factor;
  }
  return negative ? -ms : ms;
}
