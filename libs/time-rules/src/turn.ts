import { parseCron } from './cron';
import { jitterSeconds } from './jitter';
import { nextOccurrence, occurrences } from './occurrences';

/** When something recurs: at the occurrences of a cron expression in a time zone, each put off by a jitter of its own. */
export interface Timetable {
  readonly cron: string;
  /** An IANA name. */
  readonly timeZone: string;
  /** The most a turn is put off, in seconds. */
  readonly jitterSeconds: number;
}

/** One turn of a timetable. */
export interface Turn {
  /** What the cron expression names: tells the turns of a timetable apart. */
  readonly occurrence: Date;
  /** The occurrence and its jitter. */
  readonly dueAt: Date;
}

/**
 * The first turn that occurs after an instant.
 * @param key whose timetable it is: spreads those with equal crons
 * @throws CronError where `validateCron` would have refused
 */
export function nextTurn(timetable: Timetable, key: string, after: Date): Turn {
  return turnAt(timetable, key, nextOccurrence(timetable.cron, timetable.timeZone, after));
}

/**
 * What is due now of a timetable whose next turn was to be `next`: the latest turn whose time has come, and how many before it
 * were missed, because nothing ran. Undefined while `next` is still to come.
 */
export function dueTurn(
  timetable: Timetable,
  key: string,
  next: Turn,
  now: Date,
): { turn: Turn; missed: number } | undefined {
  if (next.dueAt > now) return undefined;
  let [turn, missed] = [next, 0];
  for (const occurrence of occurrences(parseCron(timetable.cron), timetable.timeZone, next.occurrence)) {
    const following = turnAt(timetable, key, occurrence);
    if (following.dueAt > now) break;
    [turn, missed] = [following, missed + 1];
  }
  return { turn, missed };
}

function turnAt(timetable: Timetable, key: string, occurrence: Date): Turn {
  const putOffMs = jitterSeconds(timetable.jitterSeconds, [key, occurrence.toISOString()]) * 1000;
  return { occurrence, dueAt: new Date(occurrence.getTime() + putOffMs) };
}
