import { InvalidRequestError } from '@corefleet/platform/errors';
import { localTime, validateCron, validateZone, type Timetable, type Turn } from '@corefleet/time-rules';

/**
 * One occurrence of a row that makes something at its occurrences: of a schedule, a recovery policy or a report schedule.
 *
 * | what is found when it is due                     | what comes of it                                              |
 * |--------------------------------------------------|---------------------------------------------------------------|
 * | the person in whose name it acts may not any more| refused: nothing is made                                      |
 * | the rollout before is not over                   | skipped: no rollout                                           |
 * | the same, and ifRunning says queue               | it waits, and is looked at again at each sweep                |
 * | otherwise                                        | starting: the row says so, then the rollout or report is made |
 *
 * starting -> started, or refused with what the rollout was refused for; where no device would change, policies say nothing,
 * schedules refused. Occurrences before the latest that is due were missed: nothing comes of them, and the latest says how many
 * they were. Rows: occurrence_at and next_at are the next occurrence, starting_at is one whose rollout is being made, under an
 * idempotency key made of it: so each gives one rollout at most, whoever dies on any line. What cannot be made for an hour is
 * refused (making-patience.ts); disabling or removing the row gives up what nobody is making right now.
 */
export type Verdict =
  | { readonly kind: 'start' }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'leave'; readonly outcome: 'skipped' | 'refused'; readonly reason: string };

export interface DueFacts {
  readonly makes: 'rollout' | 'report';
  /** In whose name it acts, and whether that person may order what it makes now. */
  readonly author: { readonly name: string; readonly mayOrder: boolean };
  /** The rollout it made last, unless that is over. */
  readonly running: { readonly name: string; readonly status: string } | undefined;
  readonly ifRunning: string | undefined;
}

/** Pure: what comes of an occurrence that is due. */
export function judge({ makes, author, running, ifRunning }: DueFacts): Verdict {
  if (!author.mayOrder) {
    return { kind: 'leave', outcome: 'refused', reason: mayNotOrder(author.name, makes) };
  }
  if (!running) return { kind: 'start' };
  const reason = `rollout "${running.name}" is still ${running.status}`;
  return ifRunning === 'queue' ? { kind: 'wait', reason } : { kind: 'leave', outcome: 'skipped', reason };
}

/** What an occurrence is refused for, be it due or starting. */
export const mayNotOrder = (author: string, makes: DueFacts['makes']): string =>
  `${author} may not order ${makes}s any more`;

/** In words, with what else there is to say of the latest of several occurrences; null when there is nothing to say. */
export function lastWords(reason: string | undefined, missed: number): string | null {
  const before = missed === 1 ? 'one occurrence before it was missed' : `${missed} occurrences before it were missed`;
  return [...(reason === undefined ? [] : [reason]), ...(missed === 0 ? [] : [before])].join('; ') || null;
}

/** What tells the rollout of one occurrence from all others of the same person. @param kind its name, such as `schedule` */
export const occurrenceKey = (kind: string, id: string, occurrence: Date): string =>
  `${kind}_${id}_${occurrence.toISOString()}`;

/** What a rollout of an occurrence says of its origin. @param owner such as `schedule "Nightly"` */
export const originWords = (owner: string, { occurrence, missed }: { occurrence: Date; missed: number }): string =>
  lastWords(`by ${owner}, due ${occurrence.toISOString()}`, missed) ?? '';

const NAME_MOST = 128;

/** The name of a rollout that says when it was due, as its place reads the clock. */
export function namedAt(name: string, timeZone: string, at: Date): string {
  const when = localTime(timeZone, at);
  return `${name.slice(0, NAME_MOST - when.length - 1)} ${when}`;
}

/** Columns of a row that is moved on. */
export const nextColumns = (turn: Turn | undefined) => ({
  occurrenceAt: turn?.occurrence ?? null,
  nextAt: turn?.dueAt ?? null,
});

export const timetableOf = ({ cron, timeZone, jitterSeconds }: Timetable): Timetable => ({
  cron,
  timeZone,
  jitterSeconds,
});

export const sameTimes = (one: Timetable, other: Timetable): boolean =>
  one.cron === other.cron && one.timeZone === other.timeZone && one.jitterSeconds === other.jitterSeconds;

/**
 * @param act what cannot be done with such times, in words
 * @throws InvalidRequestError for a cron expression or a time zone that does not exist, or never occurs
 */
export function checkTimes({ cron, timeZone }: Pick<Timetable, 'cron' | 'timeZone'>, act: string): void {
  const problems = [...validateCron(cron), ...validateZone(timeZone)];
  const [first] = problems;
  if (first) throw new InvalidRequestError(`cannot ${act}: ${first.field}: ${first.message}`, problems);
}
