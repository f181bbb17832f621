import { z } from 'zod';
import { id, page, remark, someText, time } from './common';
import { CreateRolloutRequest } from './rollout-request';

const cron = someText(128);
const timeZone = someText(64);
const jitterSeconds = z.number().int().min(0).max(86_400); // prettier-ignore
const ifRunning = z.enum(['skip', 'queue']);

/** What each rollout of a schedule is: as in `POST /v1/rollouts`; the schedule says when. */
export const ScheduledRollout = CreateRolloutRequest.omit({ startAt: true });
export type ScheduledRollout = z.infer<typeof ScheduledRollout>;

/** Body of `POST /v1/schedules`. */
export const CreateScheduleRequest = z.strictObject({
  name: someText(128),
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron,
  /** An IANA name. */
  timeZone: timeZone.default('UTC'),
  /** Each occurrence is put off by so much at most, always the same for the same one. */
  jitterSeconds: jitterSeconds.default(0),
  /** What becomes of an occurrence while the rollout before is not over: left out, or put off until it is. */
  ifRunning: ifRunning.default('skip'),
  enabled: z.boolean().default(true),
  rollout: ScheduledRollout,
  remark: remark.optional(),
});
export type CreateScheduleRequest = z.infer<typeof CreateScheduleRequest>;

/** Body of `PATCH /v1/schedules/{id}`: from then on it acts in the name of who changed it. */
export const UpdateScheduleRequest = z.strictObject({
  name: someText(128).optional(),
  cron: cron.optional(),
  timeZone: timeZone.optional(),
  jitterSeconds: jitterSeconds.optional(),
  ifRunning: ifRunning.optional(),
  rollout: ScheduledRollout.optional(),
  remark: remark.optional(),
});
export type UpdateScheduleRequest = z.infer<typeof UpdateScheduleRequest>;

export const ScheduleView = z.object({
  id,
  name: z.string(),
  enabled: z.boolean(),
  cron: z.string(),
  timeZone: z.string(),
  jitterSeconds: z.number().int(),
  ifRunning,
  /** Without secrets. */
  rollout: ScheduledRollout,
  /** The next occurrence with its jitter; null while it is disabled. */
  nextAt: time.nullable(),
  /** Why an occurrence that is due waits, in words. */
  reason: z.string().nullable(),
  /** What came of the last occurrence. */
  last: z.object({ occurrence: time, outcome: z.string(), reason: z.string().nullable() }).nullable(),
  /** The last rollout it made. */
  lastRolloutId: id.nullable(),
  /** In whose name it acts. */
  author: z.string(),
  createdAt: time,
  /** Rises with each change of the schedule. */
  version: z.number().int(),
});
export type ScheduleView = z.infer<typeof ScheduleView>;

export const SchedulePage = page(ScheduleView);
export type SchedulePage = z.infer<typeof SchedulePage>;

export const OccurrencesQuery = z.strictObject({ count: z.coerce.number().int().min(1).max(100).default(5) });
export type OccurrencesQuery = z.infer<typeof OccurrencesQuery>;

/** The next occurrences of a schedule, also of one that is disabled. */
export const OccurrenceList = z.object({
  items: z.array(
    z.object({
      occurrence: time,
      /** With its jitter. */
      dueAt: time,
    }),
  ),
});
export type OccurrenceList = z.infer<typeof OccurrenceList>;
