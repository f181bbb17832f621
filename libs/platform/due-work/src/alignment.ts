import type { Timetable } from '@corefleet/time-rules';

/** A job scheduler as BullMQ shows it. */
export interface SchedulerThere {
  readonly key: string;
  readonly pattern?: string | null;
  readonly tz?: string | null;
}

/** @returns the id of the job scheduler of a row */
export const schedulerId = (kind: string, id: string): string => `${kind}_${id}`;

/** Pure: rows whose job scheduler is missing or another, and job schedulers of the kind that no row has. */
export function alignment(
  kind: string,
  timetables: ReadonlyMap<string, Timetable>,
  there: readonly SchedulerThere[],
): { missing: Map<string, Timetable>; surplus: string[] } {
  const own = new Map(there.filter(({ key }) => key.startsWith(`${kind}_`)).map((each) => [each.key, each]));
  const missing = new Map<string, Timetable>();
  for (const [id, timetable] of timetables) {
    const found = own.get(schedulerId(kind, id));
    own.delete(schedulerId(kind, id));
    if (found?.pattern !== timetable.cron || found.tz !== timetable.timeZone) missing.set(id, timetable);
  }
  return { missing, surplus: [...own.keys()] };
}
