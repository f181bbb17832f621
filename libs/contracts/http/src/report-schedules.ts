import { z } from 'zod';
import { id, page, remark, someText, time } from './common';
import {
  AccessParameters,
  ComplianceParameters,
  ExposureParameters,
  HistoryParameters,
  RecoveryParameters,
  ReportFormat,
  RolloutReportParameters,
} from './reports';

/** What is reported, as its `GET /v1/reports/{kind}` takes it; each is of the moment at which it is made. */
export const ScheduledReport = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('compliance'), parameters: ComplianceParameters }),
  z.strictObject({ kind: z.literal('snap-exposure'), parameters: ExposureParameters }),
  z.strictObject({ kind: z.literal('rollout'), parameters: RolloutReportParameters }),
  z.strictObject({ kind: z.literal('recovery-freshness'), parameters: RecoveryParameters.default({}) }),
  z.strictObject({ kind: z.literal('device-history'), parameters: HistoryParameters }),
  z.strictObject({ kind: z.literal('access'), parameters: AccessParameters.default({}) }),
]);
export type ScheduledReport = z.infer<typeof ScheduledReport>;

const keep = z.number().int().min(1).max(400);
const jitterSeconds = z.number().int().min(0).max(86_400);

/** Body of `POST /v1/report-schedules`. */
export const CreateReportScheduleRequest = z.strictObject({
  name: someText(128),
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: someText(128),
  /** An IANA name. */
  timeZone: someText(64).default('UTC'),
  /** Each occurrence is put off by so much at most, always the same for the same one. */
  jitterSeconds: jitterSeconds.default(0),
  enabled: z.boolean().default(true),
  report: ScheduledReport,
  format: ReportFormat.default('html'),
  /** How many of its reports are kept: the newest. */
  keep: keep.default(12),
  remark: remark.optional(),
});
export type CreateReportScheduleRequest = z.infer<typeof CreateReportScheduleRequest>;

/** Body of `PATCH /v1/report-schedules/{id}`: from then on it acts in the name of who changed it. */
export const UpdateReportScheduleRequest = z.strictObject({
  name: someText(128).optional(),
  cron: someText(128).optional(),
  timeZone: someText(64).optional(),
  jitterSeconds: jitterSeconds.optional(),
  report: ScheduledReport.optional(),
  format: ReportFormat.optional(),
  keep: keep.optional(),
  remark: remark.optional(),
});
export type UpdateReportScheduleRequest = z.infer<typeof UpdateReportScheduleRequest>;

export const ReportScheduleView = z.object({
  id,
  name: z.string(),
  enabled: z.boolean(),
  cron: z.string(),
  timeZone: z.string(),
  jitterSeconds: z.number().int(),
  report: ScheduledReport,
  format: ReportFormat,
  keep: z.number().int(),
  /** The next occurrence with its jitter; null while it is disabled. */
  nextAt: time.nullable(),
  /** What came of the last occurrence. */
  last: z.object({ occurrence: time, outcome: z.string(), reason: z.string().nullable() }).nullable(),
  /** In whose name it acts. */
  author: z.string(),
  createdAt: time,
  /** Rises with each change of the schedule. */
  version: z.number().int(),
});
export type ReportScheduleView = z.infer<typeof ReportScheduleView>;

export const ReportSchedulePage = page(ReportScheduleView);

/** Reports that a schedule has made and keeps, newest first. */
export const ReportRunList = z.object({
  items: z.array(
    z.object({
      id,
      /** When it was due; of one that somebody asked for besides, when. */
      occurrence: time,
      madeAt: time,
      name: z.string(),
      /** Bytes. */
      size: z.number().int(),
      sha256: z.string(),
      /** Where it is read. */
      content: z.string(),
    }),
  ),
});

export const ReportRunParams = z.strictObject({ id, run: id });
