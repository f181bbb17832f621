import { Injectable } from '@nestjs/common';
import { covers, findPerson } from '@corefleet/features/access';
import { AuditService } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { DueWork } from '@corefleet/platform/due-work';
import { Bus } from '@corefleet/platform/redis';
import { dueTurn, nextTurn, type Timetable, type Turn } from '@corefleet/time-rules';
import { DueMaking } from './due-making';
import { judge, lastWords, nextColumns, timetableOf, type DueFacts, type Verdict } from './occurrence-rules';
import { actorOf, lockDue, type OccurringKind, type OccurringRow } from './occurring-kind';

/** Rows that the sweep takes at a time. */
const DUE_MOST = 100;

interface Due<Row> {
  readonly row: Row;
  readonly turn: Turn;
  readonly missed: number;
}

/** Moves rows on from occurrence to occurrence. */
@Injectable()
export class Occurrences {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly making: DueMaking,
    private readonly dueWork: DueWork,
    private readonly clock: Clock,
    private readonly bus: Bus,
  ) {}

  /** Once for each kind, while the modules are initialised. */
  register<Row extends OccurringRow>(kind: OccurringKind<Row>): void {
    this.dueWork.register({
      name: kind.name,
      timetables: () => this.timetables(kind),
      dueIds: (now) => this.dueIds(kind, now),
      run: (id, now) => this.run(kind, id, now),
    });
  }

  /** To be told after the commit of a change by a person. @param timetable undefined: it has none any more */
  async moved<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    id: string,
    timetable: Timetable | undefined,
  ): Promise<void> {
    this.show(kind, id);
    await this.dueWork.changed(kind, id, timetable);
  }

  /** Tells people live that a row was changed. To be called after the commit. */
  show<Row extends OccurringRow>({ topic }: OccurringKind<Row>, id: string): void {
    this.bus.publishEvent({ topic, id, version: this.clock.now().getTime() });
  }

  private async timetables<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
  ): Promise<ReadonlyMap<string, Timetable>> {
    const rows = await kind.enabled(this.database.prisma);
    return new Map(rows.map((row) => [row.id, timetableOf(row)]));
  }

  private async dueIds<Row extends OccurringRow>(kind: OccurringKind<Row>, now: Date): Promise<string[]> {
    const rows = await kind.due(this.database.prisma, now, DUE_MOST);
    return rows.map(({ id }) => id);
  }

  /**
   * Judges the occurrence that is due, in a transaction of its own, then makes what it makes. May die on any line: a row that
   * says `starting_at` is gone on with here, and what it makes is made once.
   * @throws what the stores throw when they are away: the sweep tries again
   */
  private async run<Row extends OccurringRow>(kind: OccurringKind<Row>, id: string, now: Date): Promise<void> {
    const judged = await this.database.transaction((tx) => this.judgeDue(kind, tx, { id, now }));
    const started = await this.making.finish(kind, id);
    if (judged || started) this.show(kind, id);
  }

  /** @returns whether the row was changed */
  private async judgeDue<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    tx: Transaction,
    { id, now }: { readonly id: string; readonly now: Date },
  ): Promise<boolean> {
    const row = await lockDue(kind, tx, id);
    if (!row?.occurrenceAt || !row.nextAt || row.startingAt) return false;
    const due = dueTurn(timetableOf(row), id, { occurrence: row.occurrenceAt, dueAt: row.nextAt }, now);
    if (!due) return false;
    return this.carryOut(kind, tx, { row, ...due }, judge(await this.factsOf(kind, row)));
  }

  private async factsOf<Row extends OccurringRow>(kind: OccurringKind<Row>, row: Row): Promise<DueFacts> {
    const person = await findPerson(this.database, row.authorId);
    return {
      makes: kind.makes,
      author: { name: row.authorName, mayOrder: person !== undefined && covers(person.role, kind.roleOf(row)) },
      running: await kind.running(row),
      ifRunning: row.ifRunning,
    };
  }

  private async carryOut<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    tx: Transaction,
    { row, turn: { occurrence }, missed }: Due<Row>,
    verdict: Verdict,
  ): Promise<boolean> {
    const { id } = row;
    const moved = {
      ...nextColumns(nextTurn(timetableOf(row), id, occurrence)),
      ...(typeof row.reason === 'string' && { reason: null }),
    };
    switch (verdict.kind) {
      case 'start':
        await kind.write(tx, id, { ...moved, startingAt: occurrence, startingMissed: missed });
        return true;
      case 'wait': {
        const { reason } = verdict;
        if (reason === row.reason) return false;
        await kind.write(tx, id, { reason });
        await this.record(kind, tx, { row, act: 'wait', remark: reason, details: { occurrence } });
        return true;
      }
      case 'leave': {
        const { outcome } = verdict;
        const lastReason = lastWords(verdict.reason, missed) ?? verdict.reason;
        await kind.write(tx, id, { ...moved, lastAt: occurrence, lastOutcome: outcome, lastReason });
        const act = outcome === 'skipped' ? 'skip' : 'refuse';
        await this.record(kind, tx, { row, act, remark: lastReason, details: { occurrence, missed } });
        return true;
      }
    }
  }

  private async record<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    tx: Transaction,
    { row, act, remark, details }: { row: Row; act: string; remark: string; details: object },
  ): Promise<void> {
    const subject = { kind: kind.name, id: row.id };
    await this.audit.record(tx, { actor: actorOf(row), action: `${kind.name}.${act}`, subject, remark, details });
  }
}
