import { Injectable, type OnModuleInit } from '@nestjs/common';
import { covers, findPerson } from '@corefleet/features/access';
import { AuditService } from '@corefleet/features/audit';
import { RolloutsReadModel } from '@corefleet/features/rollouts';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { DueWork, type DueKind } from '@corefleet/platform/due-work';
import { Bus } from '@corefleet/platform/redis';
import { dueTurn, nextTurn, type Timetable, type Turn } from '@corefleet/time-rules';
import { judge, lastWords, type DueFacts } from './policy-rules';
import { lockDue, nextColumns, SYSTEM, timetableOf, type PolicyRow } from './policy-row';
import { StartPolicy } from './start-policy';

/** Rows that the sweep takes at a time. */
const DUE_MOST = 100;

/** Moves policies on from occurrence to occurrence. Writer of `recovery_policies`, with what people ask for. */
@Injectable()
export class DuePolicies implements DueKind, OnModuleInit {
  readonly name = 'recovery-policy';

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly rollouts: RolloutsReadModel,
    private readonly starter: StartPolicy,
    private readonly dueWork: DueWork,
    private readonly clock: Clock,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.dueWork.register(this);
  }

  async timetables(): Promise<ReadonlyMap<string, Timetable>> {
    const rows = await this.database.prisma.recoveryPolicy.findMany({ where: { enabled: true } });
    return new Map(rows.map((row) => [row.id, timetableOf(row)]));
  }

  async dueIds(now: Date): Promise<string[]> {
    const rows = await this.database.prisma.recoveryPolicy.findMany({
      where: { OR: [{ nextAt: { lte: now } }, { startingAt: { not: null } }] },
      orderBy: { nextAt: 'asc' },
      take: DUE_MOST,
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /**
   * Judges the occurrence that is due, in a transaction of its own, then makes its rollout. May die on any line: a row that
   * says `starting_at` is gone on with here, and its rollout is made once.
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
    this.bus.publishEvent({ topic: 'recovery-policies', id, version: this.clock.now().getTime() });
  }

  /** @returns whether the row was changed */
  private async judgeDue(tx: Transaction, id: string, now: Date): Promise<boolean> {
    const row = await lockDue(tx, id);
    if (!row?.occurrenceAt || !row.nextAt || row.startingAt) return false;
    const due = dueTurn(timetableOf(row), id, { occurrence: row.occurrenceAt, dueAt: row.nextAt }, now);
    if (due) await this.moveOn(tx, row, due);
    return due !== undefined;
  }

  private async moveOn(
    tx: Transaction,
    row: PolicyRow,
    { turn, missed }: { readonly turn: Turn; readonly missed: number },
  ): Promise<void> {
    const { id } = row;
    const { occurrence } = turn;
    const verdict = judge(await this.factsOf(row));
    const next = nextColumns(nextTurn(timetableOf(row), id, occurrence));
    const version = { increment: 1 };
    if (verdict.kind === 'start') {
      const starting = { startingAt: occurrence, startingMissed: missed };
      await tx.recoveryPolicy.update({ where: { id }, data: { ...next, ...starting, version } });
      return;
    }
    const { outcome } = verdict;
    const lastReason = lastWords(verdict.reason, missed);
    const last = { lastAt: occurrence, lastOutcome: outcome, lastReason };
    await tx.recoveryPolicy.update({ where: { id }, data: { ...next, ...last, version } });
    await this.audit.record(tx, {
      ...{ actor: SYSTEM, action: `recovery-policy.${outcome === 'skipped' ? 'skip' : 'refuse'}` },
      ...{ subject: { kind: 'recovery-policy', id }, details: { occurrence, missed } },
      ...(lastReason !== null && { remark: lastReason }),
    });
  }

  private async factsOf({ authorId, authorName, lastRolloutId }: PolicyRow): Promise<DueFacts> {
    const person = await findPerson(this.database, authorId);
    const last = lastRolloutId === null ? undefined : await this.rollouts.get(lastRolloutId);
    return {
      author: { name: authorName, mayOrder: person !== undefined && covers(person.role, 'operator') },
      running: last?.finishedAt === null ? last : undefined,
    };
  }
}
