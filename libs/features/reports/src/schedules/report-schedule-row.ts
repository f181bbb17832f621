import type { ReportFormat, ReportScheduleView, ScheduledReport } from '@corefleet/contracts/http';
import { timetableOf, whereDue, type OccurringRows } from '@corefleet/features/schedules';
import type { Prisma } from '@corefleet/platform/database';
import type { Timetable } from '@corefleet/time-rules';

export type ReportScheduleRow = Prisma.ReportScheduleGetPayload<object>;

/** What people say of a schedule. */
export interface ReportScheduleMembers extends Timetable {
  readonly name: string;
  readonly report: ScheduledReport;
  readonly format: ReportFormat;
  readonly keep: number;
}

/** Its columns `report` and `format` are as the API wrote them. */
export const membersOf = (row: ReportScheduleRow): ReportScheduleMembers => ({
  ...{ name: row.name, keep: row.keep, ...timetableOf(row) },
  report: row.report as unknown as ScheduledReport,
  format: row.format as ReportFormat,
});

export const columnsOf = ({ report, ...members }: ReportScheduleMembers) => ({ ...members, report: report as object });

/** Rows of `report_schedules`: they have no `ifRunning`, and none waits. */
export const REPORT_SCHEDULES: OccurringRows<ReportScheduleRow> = {
  ...{ name: 'report-schedule', called: 'report schedule' },
  ...{ table: 'report_schedules', topic: 'report-schedules' },
  find: (tx, id) => tx.reportSchedule.findUnique({ where: { id } }),
  findNamed: (tx, name) => tx.reportSchedule.findUnique({ where: { name } }),
  enabled: (tx) => tx.reportSchedule.findMany({ where: { enabled: true } }),
  due: (tx, now, take) => tx.reportSchedule.findMany({ where: whereDue(now), orderBy: { nextAt: 'asc' }, take }),
  write: (tx, id, columns) =>
    tx.reportSchedule.updateMany({ where: { id }, data: { ...columns, version: { increment: 1 } } }),
  remove: (tx, id) => tx.reportSchedule.delete({ where: { id } }),
};

export function scheduleView(row: ReportScheduleRow): ReportScheduleView {
  const { id, enabled, nextAt, lastAt, lastOutcome, lastReason, createdAt, version } = row;
  return {
    ...{ id, enabled, version, ...membersOf(row), author: row.authorName },
    nextAt: nextAt?.toISOString() ?? null,
    last:
      lastAt && lastOutcome !== null
        ? { occurrence: lastAt.toISOString(), outcome: lastOutcome, reason: lastReason }
        : null,
    createdAt: createdAt.toISOString(),
  };
}
