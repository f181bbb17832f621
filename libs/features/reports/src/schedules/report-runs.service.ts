import { Injectable } from '@nestjs/common';
import { ArtifactsService, UploadCutError, type ArtifactReader } from '@corefleet/features/artifacts';
import type { Actor } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError, RefusedError } from '@corefleet/platform/errors';
import { ReportsService } from '../reports.service';
import { fileNameOf, WRITERS } from '../writing/writers';
import { membersOf, type ReportScheduleRow } from './report-schedule-row';

/** A report of a schedule that is to be made. */
export interface WantedRun {
  /** The same key is the same report. */
  readonly key: string;
  readonly occurrence: Date;
}

/** Larger reports are not kept. */
const BYTES_MOST = 1024 ** 3;
/** A report that takes longer is given up. */
export const MAKING_MOST_MS = 600_000;

/** Reports that schedules have made. Writer of `report_runs`. */
@Injectable()
export class ReportRuns {
  constructor(
    private readonly database: Database,
    private readonly reports: ReportsService,
    private readonly artifacts: ArtifactsService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Makes the report, keeps it as an artifact, and lets the oldest go. Once for each key; a process that dies between the
   * artifact and the row leaves the artifact to people.
   * @returns the id of the run
   * @throws as `ReportsService.open`; RefusedError where the orderer may not have such a report
   */
  async make(
    { actor, mayReadSensitive }: ArtifactReader,
    schedule: ReportScheduleRow,
    wanted: WantedRun,
  ): Promise<string> {
    const scheduleId = schedule.id;
    const made = await this.database.prisma.reportRun.findUnique({
      where: { scheduleId_key: { scheduleId, key: wanted.key } },
    });
    if (made) return made.id;
    const { report, format } = membersOf(schedule);
    this.requireRole(report.kind, mayReadSensitive);
    const open = await this.reports.open(report, AbortSignal.timeout(MAKING_MOST_MS));
    const name = fileNameOf(open, format);
    const id = this.ids.uuid();
    try {
      const content = bytesOf(WRITERS[format].write(open));
      const sensitive = this.isForAdmins(report.kind);
      const { sha256, size } = await this.artifacts.upload(actor, { name, content, mostBytes: BYTES_MOST, sensitive });
      const row = { id, scheduleId, format, name, size, sha256, madeAt: this.clock.now(), ...wanted };
      await this.database.prisma.reportRun.create({ data: row });
    } catch (error) {
      throw error instanceof UploadCutError ? error.cause : error; // what was cut is the report, which says why
    } finally {
      await open.close();
    }
    await this.prune(actor, schedule);
    return id;
  }

  /** What a schedule keeps, newest first. */
  async of(scheduleId: string) {
    const rows = await this.database.prisma.reportRun.findMany({ where: { scheduleId }, orderBy: { madeAt: 'desc' } });
    return rows.map(({ id, occurrence, madeAt, name, size, sha256 }) => ({
      ...{ id, occurrence, madeAt, name, size: Number(size), sha256 },
      content: `/v1/report-schedules/${scheduleId}/runs/${id}/content`,
    }));
  }

  /** The bytes of one, with the type of its form. @throws NotFoundError; as the artifact's bytes */
  async content(reader: ArtifactReader, scheduleId: string, id: string) {
    const run = await this.database.prisma.reportRun.findFirst({ where: { id, scheduleId } });
    if (!run) throw new NotFoundError('report', id);
    const format = run.format as keyof typeof WRITERS;
    return { format, name: run.name, ...(await this.artifacts.content(reader, run.sha256, {})) };
  }

  /** @throws RefusedError where reports of the kind are for admins, and who asks is none */
  requireRole(kind: Parameters<ReportsService['makerOf']>[0], isAdmin: boolean): void {
    if (this.isForAdmins(kind) && !isAdmin) throw new RefusedError(`cannot have report "${kind}": it needs role admin`);
  }

  /** Digests of the files of all its reports, which go with its row. Under the row's lock no other comes. */
  async filesOf(tx: Transaction, scheduleId: string): Promise<string[]> {
    const runs = await tx.reportRun.findMany({ where: { scheduleId }, distinct: ['sha256'], select: { sha256: true } });
    return runs.map(({ sha256 }) => sha256);
  }

  /** Removes files that are of no report any more: to be called when the rows are gone. What a rollout needs stays. */
  async removeFiles(actor: Actor, digests: readonly string[], remark: string): Promise<void> {
    for (const sha256 of digests) {
      if ((await this.database.prisma.reportRun.count({ where: { sha256 } })) > 0) continue;
      try {
        await this.artifacts.remove(actor, sha256, remark);
      } catch (error) {
        if (error instanceof NotFoundError || error instanceof ConflictError) continue; // a person has removed it, or uses it
        throw error;
      }
    }
  }

  private isForAdmins = (kind: Parameters<ReportsService['makerOf']>[0]): boolean =>
    this.reports.makerOf(kind).role === 'admin';

  private async prune(actor: Actor, { id: scheduleId, keep, name }: ReportScheduleRow): Promise<void> {
    const { reportRun } = this.database.prisma;
    const old = await reportRun.findMany({ where: { scheduleId }, orderBy: { madeAt: 'desc' }, skip: keep });
    for (const { id, sha256 } of old) {
      await reportRun.deleteMany({ where: { id } });
      await this.removeFiles(actor, [sha256], `report schedule "${name}" keeps ${keep}`);
    }
  }
}

async function* bytesOf(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of text) yield Buffer.from(piece);
}
