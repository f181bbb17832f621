import { Injectable, type OnModuleInit } from '@nestjs/common';
import type {
  CreateReportScheduleRequest,
  ReportScheduleView,
  UpdateReportScheduleRequest,
} from '@corefleet/contracts/http';
import type { Orderer } from '@corefleet/features/rollouts';
import {
  authorColumns,
  checkTimes,
  nameTaken,
  Occurrences,
  OccurringActs,
  timetableOf,
  type OccurringKind,
} from '@corefleet/features/schedules';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { FleetError, InvalidRequestError, NotFoundError } from '@corefleet/platform/errors';
import { TooManyReportsError } from '../report-limit';
import { ReportsService } from '../reports.service';
import { MAKING_MOST_MS, ReportRuns } from './report-runs.service';
import {
  columnsOf,
  membersOf,
  REPORT_SCHEDULES,
  scheduleView,
  type ReportScheduleMembers,
  type ReportScheduleRow,
} from './report-schedule-row';

/** For what is kept and written after a report was made. */
const SETTLING_MS = 60_000;

/** Schedules of reports as people make and change them. Writer of `report_schedules`, with what makes their reports. */
@Injectable()
export class ReportSchedulesService implements OnModuleInit {
  private readonly kind: OccurringKind<ReportScheduleRow>;

  constructor(
    private readonly database: Database,
    private readonly acts: OccurringActs,
    private readonly occurrences: Occurrences,
    private readonly reports: ReportsService,
    private readonly runs: ReportRuns,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    this.kind = {
      ...REPORT_SCHEDULES,
      makes: 'report',
      makingMostMs: MAKING_MOST_MS + SETTLING_MS,
      roleOf: (row) => this.reports.makerOf(membersOf(row).report.kind).role,
      running: () => Promise.resolve(undefined),
      make: async (orderer, row, { at, key }) => {
        const reportId = await this.runs.make(orderer, row, { key, occurrence: at });
        return { details: { reportId }, columns: {} };
      },
      outcomeOf: (error) => {
        if (error instanceof TooManyReportsError) return 'later';
        return error instanceof FleetError ? 'refused' : 'later';
      },
    };
  }

  onModuleInit(): void {
    this.occurrences.register(this.kind);
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<ReportScheduleView> {
    return scheduleView(await this.rowOf(id));
  }

  /** Newest first. @param query.cursor id of the last schedule of the page before */
  async list(query: { cursor?: string; limit: number }): Promise<{ items: ReportScheduleView[]; next?: string }> {
    const rows = await this.database.prisma.reportSchedule.findMany({
      where: query.cursor ? { id: { lt: query.cursor } } : {},
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    const items = rows.slice(0, query.limit).map(scheduleView);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }

  /**
   * Makes the schedule; its first occurrence is the next one from now.
   * @throws InvalidRequestError for a cron or time zone that does not exist; as the report would; RefusedError for a report that
   *   who asks may not have; ConflictError when the name is taken
   */
  async create(
    orderer: Orderer,
    { remark, enabled, ...members }: CreateReportScheduleRequest,
  ): Promise<ReportScheduleView> {
    await this.check(orderer, members);
    const id = this.ids.uuid();
    await this.database.transaction(async (tx) => {
      const entry = { actor: orderer.actor, act: 'create', id, remark, details: members };
      const auditId = await this.acts.record(this.kind, tx, entry);
      const { count } = await tx.reportSchedule.createMany({
        data: {
          ...{ id, enabled, auditId, ...columnsOf(members), ...authorColumns(orderer), createdAt: this.clock.now() },
          ...(enabled && this.acts.firstColumns(members, id)),
        },
        skipDuplicates: true,
      });
      if (count === 0) throw nameTaken('create', this.kind.called, members.name);
    });
    return this.moved(id);
  }

  /** Changes what is given; from then on it acts in the name of who changed it. @throws as `create`; NotFoundError */
  async update(
    orderer: Orderer,
    id: string,
    { remark, ...asked }: UpdateReportScheduleRequest,
  ): Promise<ReportScheduleView> {
    const before = await this.rowOf(id);
    const given = definedIn(asked);
    const members: ReportScheduleMembers = { ...membersOf(before), ...given };
    await this.check(orderer, members);
    await this.database.transaction(async (tx) => {
      const times = await this.acts.lockToChange(this.kind, tx, { before, after: members });
      const entry = { actor: orderer.actor, act: 'update', id, remark, details: given };
      const auditId = await this.acts.record(this.kind, tx, entry);
      const data = { auditId, ...columnsOf(members), ...authorColumns(orderer), ...times };
      await tx.reportSchedule.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
    });
    return this.moved(id);
  }

  /** Its next occurrence is the next one from now. Doing it again changes nothing. @throws NotFoundError; as `create` */
  async enable(orderer: Orderer, id: string, remark?: string): Promise<ReportScheduleView> {
    await this.requireRole(orderer, id);
    await this.acts.enable(this.kind, { actor: orderer.actor, id, remark });
    return this.moved(id);
  }

  /** It has no occurrence any more; what it has made stays. Doing it again changes nothing. @throws as `enable` */
  async disable(orderer: Orderer, id: string, remark?: string): Promise<ReportScheduleView> {
    await this.requireRole(orderer, id);
    await this.acts.disable(this.kind, { actor: orderer.actor, id, remark });
    return this.moved(id);
  }

  /** Makes a report besides its occurrences, in the name of who asks. @throws NotFoundError; as the report does */
  async run(
    orderer: Orderer,
    id: string,
    asked: { remark: string | undefined; key: string | undefined },
  ): Promise<void> {
    await this.acts.run(this.kind, orderer, id, asked);
    this.occurrences.show(this.kind, id);
  }

  /** What it has made goes with it; a process that dies between the row and the files leaves these to people. @throws as `enable` */
  async remove(orderer: Orderer, id: string, remark?: string): Promise<void> {
    await this.requireRole(orderer, id);
    const { actor } = orderer;
    const files = await this.acts.remove(this.kind, { actor, id, remark }, (tx) => this.runs.filesOf(tx, id));
    await this.occurrences.moved(this.kind, id, undefined);
    await this.runs.removeFiles(actor, files ?? [], 'its report schedule was removed');
  }

  private async requireRole({ mayReadSensitive }: Orderer, id: string): Promise<void> {
    this.runs.requireRole(membersOf(await this.rowOf(id)).report.kind, mayReadSensitive);
  }

  /** Begins the report and gives it up: what it could not be made of is said now and not at night. */
  private async check({ mayReadSensitive }: Orderer, { cron, timeZone, report }: ReportScheduleMembers): Promise<void> {
    checkTimes({ cron, timeZone }, 'keep such a report schedule');
    this.runs.requireRole(report.kind, mayReadSensitive);
    try {
      const open = await this.reports.open(report, AbortSignal.timeout(MAKING_MOST_MS));
      await open.close();
    } catch (error) {
      throw error instanceof InvalidRequestError ? belowParameters(error) : error;
    }
  }

  private async rowOf(id: string): Promise<ReportScheduleRow> {
    const row = await this.database.prisma.reportSchedule.findUnique({ where: { id } });
    if (!row) throw new NotFoundError(REPORT_SCHEDULES.called, id);
    return row;
  }

  private async moved(id: string): Promise<ReportScheduleView> {
    const row = await this.rowOf(id);
    await this.occurrences.moved(this.kind, id, row.enabled ? timetableOf(row) : undefined);
    return scheduleView(row);
  }
}

/** Problems of the report, below the field that holds its parameters in a schedule. */
function belowParameters(error: InvalidRequestError): InvalidRequestError {
  if (error.problems.length === 0) return error;
  const problems = error.problems.map(({ field, message }) => ({ field: `report.parameters.${field}`, message }));
  return new InvalidRequestError(error.message, problems);
}

const definedIn = (asked: Omit<UpdateReportScheduleRequest, 'remark'>): Partial<ReportScheduleMembers> =>
  Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
