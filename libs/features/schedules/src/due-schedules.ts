import { Injectable, type OnModuleInit } from '@nestjs/common';
import { covers, findPerson } from '@corefleet/features/access';
import { AuditService } from '@corefleet/features/audit';
import { RolloutsReadModel } from '@corefleet/features/rollouts';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { DueWork, type DueKind } from '@corefleet/platform/due-work';
import { Bus } from '@corefleet/platform/redis';
import { dueTurn, nextTurn, type Timetable, type Turn } from '@corefleet/time-rules';
import { judge, missedWords, nextColumns, type DueFacts, type Verdict } from './schedule-rules';
import { lockDue, SYSTEM, timetableOf } from './schedule-row';
import type { ScheduleRow } from './schedule-view';
import { StartRollout } from './start-rollout';

/** Rows that the sweep takes at a time. */
const DUE_MOST = 100;

/** Moves schedules on from occurrence to occurrence. Writer of `schedules`, with what people ask for. */
@Injectable()
export class DueSchedules implements DueKind, OnModuleInit {
  readonly name = 'schedule';

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly rollouts: RolloutsReadModel,
    private readonly starter: StartRollout,
    private readonly dueWork: DueWork,
    private readonly clock: Clock,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.dueWork.register(this);
  }

  async timetables(): Promise<ReadonlyMap<string, Timetable>> {
    const rows = await this.database.prisma.schedule.findMany({ where: { enabled: true } });
    return new Map(rows.map((row) => [row.id, timetableOf(row)]));
  }

  async dueIds(now: Date): Promise<string[]> {
    const rows = await this.database.prisma.schedule.findMany({
      where: { OR: [{ nextAt: { lte: now } }, { startingAt: { not: null } }] },
      orderBy: { nextAt: 'asc' },
      take: DUE_MOST,
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /**
   * Judges the occurrence that is due, in a transaction of its own, then makes its rollout. May die on any line: a row that says
   * `starting_at` is gone on with here, and its rollout is made once.
   * @throws what the stores throw when they are away: the sweep tries again
   */
  async run(id: string, now: Date): Promise<void> {
    const judged = await this.database.transaction((tx) => this.judgeDue(tx, id, now));
    const started = await this.starter.finish(id);
    if (judged || started) this.show(id);
  }

  /** To be told after the commit of a change. @param timetable undefined: it has none any more */
  async moved(id: string, timetable: Timetable | undefined): Promise<void> {
    this.show(id);
    await this.dueWork.changed(this, id, timetable);
  }

  private show(id: string): void {
    this.bus.publishEvent({ topic: 'schedules', id, version: this.clock.now().getTime() });
  }

  /** @returns whether the row was changed */
  private async judgeDue(tx: Transaction, id: string, now: Date): Promise<boolean> {
    const row = await lockDue(tx, id);
    if (!row?.occurrenceAt || !row.nextAt || row.startingAt) return false;
    const next = { occurrence: row.occurrenceAt, dueAt: row.nextAt };
    const due = dueTurn(timetableOf(row), id, next, now);
    if (!due) return false;
    return this.carryOut(tx, { row, ...due }, judge(await this.factsOf(row)));
  }

  private async factsOf(row: ScheduleRow): Promise<DueFacts> {
    const person = await findPerson(this.database, row.authorId);
    const last = row.lastRolloutId === null ? undefined : await this.rollouts.get(row.lastRolloutId);
    return {
      author: { name: row.authorName, mayOrder: person !== undefined && covers(person.role, 'operator') },
      running: last?.finishedAt === null ? last : undefined,
      ifRunning: row.ifRunning,
    };
  }

  private async carryOut(
    tx: Transaction,
    { row, turn, missed }: { readonly row: ScheduleRow; readonly turn: Turn; readonly missed: number },
    verdict: Verdict,
  ): Promise<boolean> {
    const { id, version } = row;
    if (verdict.kind === 'wait' && verdict.reason === row.reason) return false;
    const next = nextColumns(nextTurn(timetableOf(row), id, turn.occurrence));
    const where = { where: { id } };
    switch (verdict.kind) {
      case 'start': {
        const data = { ...next, startingAt: turn.occurrence, startingMissed: missed, reason: null };
        await tx.schedule.update({ ...where, data: { ...data, version: version + 1 } });
        return true;
      }
      case 'wait':
        await tx.schedule.update({ ...where, data: { reason: verdict.reason, version: version + 1 } });
        await this.record(tx, { id, act: 'wait', remark: verdict.reason, details: { occurrence: turn.occurrence } });
        return true;
      case 'leave': {
        const lastReason = [verdict.reason, missedWords(missed)].filter((part) => part).join('; ');
        const last = { lastAt: turn.occurrence, lastOutcome: verdict.outcome, lastReason };
        await tx.schedule.update({ ...where, data: { ...next, ...last, reason: null, version: version + 1 } });
        const details = { occurrence: turn.occurrence, missed };
        await this.record(tx, {
          id,
          act: verdict.outcome === 'skipped' ? 'skip' : 'refuse',
          remark: lastReason,
          details,
        });
        return true;
      }
    }
  }

  private async record(
    tx: Transaction,
    { id, act, remark, details }: { id: string; act: string; remark: string; details: object },
  ): Promise<void> {
    const subject = { kind: 'schedule', id };
    await this.audit.record(tx, { actor: SYSTEM, action: `schedule.${act}`, subject, remark, details });
  }
}
