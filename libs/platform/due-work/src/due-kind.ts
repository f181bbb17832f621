import type { Timetable } from '@corefleet/time-rules';

/**
 * A kind of thing with timetables, such as schedules. Its rows in Postgres say when each is due: they are the truth, and all
 * that is kept elsewhere is a nudge to look at them.
 */
export interface DueKind {
  /** Lower case and dashes: the name of its jobs, and the beginning of its job schedulers' ids. */
  readonly name: string;
  /** Timetables of the rows that are enabled, by id: what the job schedulers are rebuilt from. */
  timetables(): Promise<ReadonlyMap<string, Timetable>>;
  /** Ids of rows that are due, the longest due first; a few hundred at most, as the sweep asks again. */
  dueIds(now: Date): Promise<string[]>;
  /**
   * Does what is due of one row, and moves the row on to its next turn. Nothing where it is not due, does not exist any more, or
   * another process is at it: it is asked at any time, by several processes at once.
   * @throws when it could not be done and is to be tried again
   */
  run(id: string, now: Date): Promise<void>;
}
