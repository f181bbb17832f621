import { z } from 'zod';
import { id, someText, time } from './common';
import { ComplianceState } from './compliance';
import { filter } from './devices';
import { sequence } from './validation-sets';

export const ReportKind = z.enum([
  'compliance',
  'snap-exposure',
  'rollout',
  'recovery-freshness',
  'device-history',
  'access',
]);
export type ReportKind = z.infer<typeof ReportKind>;

export const ReportFormat = z.enum(['json', 'csv', 'html']);
export type ReportFormat = z.infer<typeof ReportFormat>;

/** A moment: with its zone, or a date alone, which is its first moment in UTC. */
export const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'must be a date that exists, such as 2026-05-03, or a time with its zone, such as 2026-05-03T10:00:00Z',
});

/** `account/name` */
const set = z
  .string()
  .regex(/^[-a-zA-Z0-9]{2,32}\/[a-z0-9](?:-?[a-z0-9]){0,127}$/, 'must be account/name of a validation set');

export const ComplianceParameters = z.strictObject({
  set,
  /** The sequence that devices should be at; whichever each tracks when absent. */
  sequence: sequence.optional(),
  filter: filter.optional(),
  /** Only devices that stand so; all are counted. */
  state: ComplianceState.optional(),
});
export type ComplianceParameters = z.infer<typeof ComplianceParameters>;

export const EXPOSURE_COMPARISONS = ['below', 'at-most', 'at', 'not', 'at-least', 'above'] as const;

/** Who runs a snap, or runs it at revisions or versions in question. */
export const ExposureParameters = z
  .strictObject({
    snap: z.string().regex(/^[a-z0-9](?:[-a-z0-9_]{0,50})$/, 'must be the name of a snap'),
    comparison: z.enum(EXPOSURE_COMPARISONS).optional(),
    revision: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
    /** Compared by its leading numbers: 2.10 is above 2.9. */
    version: z.string().max(64).regex(/^\d/, 'must begin with a number').optional(),
    filter: filter.optional(),
  })
  .refine(({ revision, version }) => revision === undefined || version === undefined, {
    path: ['version'],
    message: 'cannot be given beside revision',
  })
  .refine(
    ({ comparison, revision, version }) =>
      (comparison === undefined) === (revision === undefined && version === undefined),
    { path: ['comparison'], message: 'and one of revision and version belong together' },
  );
export type ExposureParameters = z.infer<typeof ExposureParameters>;

export const RolloutReportParameters = z.strictObject({ rollout: id, filter: filter.optional() });
export type RolloutReportParameters = z.infer<typeof RolloutReportParameters>;

export const RecoveryParameters = z.strictObject({
  filter: filter.optional(),
  /** Only devices that stand so; all are counted. */
  state: z.enum(['fresh', 'stale', 'unknown', 'none', 'silent']).optional(),
});
export type RecoveryParameters = z.infer<typeof RecoveryParameters>;

export const HistoryParameters = z.strictObject({
  device: id,
  /** What came at this moment or later, and before the other. */
  from: moment.optional(),
  to: moment.optional(),
});
export type HistoryParameters = z.infer<typeof HistoryParameters>;

export const AccessParameters = z.strictObject({
  /** Acts are counted from here; of the last 90 days when absent. */
  from: moment.optional(),
});
export type AccessParameters = z.infer<typeof AccessParameters>;

const format = { format: ReportFormat.default('json') };
const asOf = { asOf: moment.optional() };

/** Queries of `GET /v1/reports/{kind}`. */
export const ComplianceReportQuery = ComplianceParameters.extend({ ...asOf, ...format });
export const ExposureReportQuery = ExposureParameters.safeExtend({ ...asOf, ...format });
export const RolloutReportQuery = RolloutReportParameters.extend(format);
export const RecoveryReportQuery = RecoveryParameters.extend({ ...asOf, ...format });
export const HistoryReportQuery = HistoryParameters.extend(format);
export const AccessReportQuery = AccessParameters.extend({ ...asOf, ...format });

/** A kind of report, and what may be asked of it. */
export const ReportKindView = z.object({
  kind: ReportKind,
  title: z.string(),
  /** What it answers. */
  about: z.string(),
  /** Whether it can be made as of a moment that is past. */
  asOf: z.boolean(),
  role: z.string(),
});
export const ReportKindList = z.object({ items: z.array(ReportKindView) });

/** What a report in JSON is. Its last member says that it is whole: one that was cut off is no JSON. */
export const ReportDocument = z.object({
  report: ReportKind,
  title: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  /** The moment it tells of. */
  asOf: time,
  generatedAt: time,
  notes: z.array(z.string()),
  summary: z.record(z.string(), z.unknown()),
  rows: z.array(z.record(z.string(), z.unknown())),
  rowCount: z.number().int(),
  complete: z.literal(true),
});

/** The path of a report that there is none of. */
export const AnyReportParams = z.strictObject({ kind: someText(64) });
