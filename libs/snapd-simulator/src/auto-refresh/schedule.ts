const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A timer that names a day of the month at least comes due within this many days. */
const HORIZON_DAYS = 70;

/** A span of a day, in minutes since its begin; `spread` says that any moment of it will do (`~`). */
interface Span {
  from: number;
  to: number;
  spread: boolean;
}

/** Days an event is for (none: every day), and its spans. */
interface TimerEvent {
  days: { first: number; last: number; week?: number }[];
  spans: Span[];
}

/** snapd's default: four windows a day. */
export const DEFAULT_TIMER = '00:00~24:00/4';

/**
 * When a `refresh.timer` comes due next: events by `,,`, each of week days (`mon`, `mon-fri`, `fri5`) and spans
 * (`10:00`, `10:00-12:00`, `00:00~24:00/4`), in UTC.
 * @param afterMs milliseconds since the epoch; the answer is later
 * @param share where in a spread span the device goes, 0 to 1
 * @returns undefined for a timer that never comes due (`managed`)
 */
export function nextDue(timer: string, afterMs: number, share: number): number | undefined {
  const events = timer.split(',,').map(parseEvent);
  const today = afterMs - (afterMs % DAY_MS);
  for (let day = today; day < today + HORIZON_DAYS * DAY_MS; day += DAY_MS) {
    const due = events
      .filter((event) => isForDay(event, new Date(day)))
      .flatMap(({ spans }) => spans.map((span) => day + momentOf(span, share)))
      .filter((moment) => moment > afterMs);
    if (due.length > 0) return Math.min(...due);
  }
  return undefined;
}

const momentOf = ({ from, to, spread }: Span, share: number): number =>
  Math.floor((from + (spread ? share * (to - from) : 0)) * MINUTE_MS);

function parseEvent(text: string): TimerEvent {
  const parts = text.split(',').filter((part) => part !== '');
  const spans = parts.filter((part) => part.includes(':')).flatMap(parseSpans);
  const days = parts.filter((part) => !part.includes(':')).map(parseDays);
  const wholeDay = days.length > 0 ? [{ from: 0, to: 24 * 60, spread: false }] : [];
  return { days, spans: spans.length > 0 ? spans : wholeDay };
}

function parseSpans(text: string): Span[] {
  const [range = '', count = '1'] = text.split('/');
  const spread = range.includes('~');
  const [from = 0, to = from] = range.split(/[-~]/).map(minutes);
  const step = (to - from) / Number(count);
  return Array.from({ length: Number(count) }, (_, at) => ({
    from: from + at * step,
    to: from + (at + 1) * step,
    spread,
  }));
}

const minutes = (text: string): number => {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
};

function parseDays(text: string): TimerEvent['days'][number] {
  const [first = '', last = first] = text.split('-');
  const week = /\d$/.exec(first)?.[0];
  return {
    first: DAYS.indexOf(first.slice(0, 3)),
    last: DAYS.indexOf(last.slice(0, 3)),
    ...(week !== undefined && { week: Number(week) }),
  };
}

function isForDay({ days, spans }: TimerEvent, date: Date): boolean {
  if (days.length === 0) return spans.length > 0;
  const day = date.getUTCDay();
  return days.some(({ first, last, week }) => {
    const inRange = first <= last ? day >= first && day <= last : day >= first || day <= last;
    return inRange && (week === undefined || isWeek(date, week));
  });
}

/** The n-th such week day of its month; 5 is the last one. */
function isWeek(date: Date, week: number): boolean {
  if (week < 5) return Math.ceil(date.getUTCDate() / 7) === week;
  return new Date(date.getTime() + 7 * DAY_MS).getUTCMonth() !== date.getUTCMonth();
}
