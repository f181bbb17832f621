import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import type { Orderer } from '@corefleet/features/rollouts';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import { nextTurn, type Timetable } from '@corefleet/time-rules';
import { nextColumns, sameTimes, timetableOf } from './occurrence-rules';
import { lockForAct, lockToEnd, type OccurringColumns, type OccurringKind, type OccurringRow } from './occurring-kind';

/** What a person does to a row, and what that person says to it. */
export interface OccurringAct {
  readonly actor: Actor;
  readonly id: string;
  readonly remark: string | undefined;
}

/** What people do to rows that make something at their occurrences, whatever else those say. */
@Injectable()
export class OccurringActs {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Its next occurrence is the next one from now. Doing it again changes nothing. @throws NotFoundError; ConflictError */
  enable<Row extends OccurringRow>(kind: OccurringKind<Row>, act: OccurringAct): Promise<void> {
    return this.switch(kind, { ...act, act: 'enable', lock: lockForAct }, (row) =>
      row.enabled ? undefined : { enabled: true, ...this.firstColumns(row, act.id) },
    );
  }

  /** It has no occurrence any more; what it has made goes on. Doing it again changes nothing. @throws as `enable` */
  disable<Row extends OccurringRow>(kind: OccurringKind<Row>, act: OccurringAct): Promise<void> {
    return this.switch(kind, { ...act, act: 'disable', lock: lockToEnd }, (row) =>
      row.enabled || row.startingAt
        ? {
            ...{ enabled: false, ...nextColumns(undefined), ...(typeof row.reason === 'string' && { reason: null }) },
            ...(row.startingAt && givenUp(row.startingAt)),
          }
        : undefined,
    );
  }

  /**
   * What it has made stays.
   * @param readLast reads what of it is needed after, under its lock
   * @throws as `enable`
   */
  async remove<Row extends OccurringRow, Last = undefined>(
    kind: OccurringKind<Row>,
    act: OccurringAct,
    readLast?: (tx: Transaction, row: Row) => Promise<Last>,
  ): Promise<Last | undefined> {
    return this.database.transaction(async (tx) => {
      const row = await lockToEnd(kind, tx, { id: act.id, act: 'remove' });
      const last = await readLast?.(tx, row);
      await this.record(kind, tx, { ...act, act: 'remove', details: { name: row.name } });
      await kind.remove(tx, act.id);
      return last;
    });
  }

  /**
   * Makes one besides the occurrences, in the name of who asks.
   * @param asked.key the same key is the same request
   * @throws NotFoundError; ConflictError while the one before is not over; as its creation does
   */
  async run<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    orderer: Orderer,
    id: string,
    { remark, key }: { readonly remark: string | undefined; readonly key: string | undefined },
  ): Promise<void> {
    const row = await kind.find(this.database.prisma, id);
    if (!row) throw new NotFoundError(kind.called, id);
    await this.requireOver(kind, row);
    const now = this.clock.now();
    const made = await kind.make(orderer, row, {
      ...{ at: now, isOccurrence: false },
      remark: [`by ${kind.called} "${row.name}", asked for now`, ...(remark === undefined ? [] : [remark])].join(': '),
      key: `${kind.name}-now_${id}_${key ?? this.ids.uuid()}`,
    });
    await this.database.transaction(async (tx) => {
      const last = { lastAt: now, lastOutcome: 'started', lastReason: `asked for by ${orderer.actor.name}` };
      await kind.write(tx, id, { ...last, ...made.columns });
      await this.record(kind, tx, { actor: orderer.actor, act: 'run', id, remark, details: made.details });
    });
  }

  /**
   * Takes the lock of a row that is to be changed from what was read before, and have a name.
   * @returns columns of its next occurrence, where its times become others
   * @throws NotFoundError; ConflictError when somebody else changed it meanwhile, or another one has the name
   */
  async lockToChange<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    tx: Transaction,
    { before, after }: { readonly before: Row; readonly after: Timetable & { readonly name: string } },
  ): Promise<OccurringColumns> {
    const { id } = before;
    const row = await lockForAct(kind, tx, { id, act: 'change' });
    if (row.version !== before.version) throw changedMeanwhile(kind.called, row.name);
    const other = await kind.findNamed(tx, after.name);
    if (other && other.id !== id) throw nameTaken('change', kind.called, after.name);
    return !row.enabled || sameTimes(row, after) ? {} : this.firstColumns(after, id);
  }

  /** In the transaction of the act. @returns the entry's id */
  record<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    tx: Transaction,
    { actor, act, id, remark, details }: OccurringAct & { readonly act: string; readonly details: object },
  ): Promise<bigint> {
    return this.audit.record(tx, {
      ...{ actor, action: `${kind.name}.${act}`, subject: { kind: kind.name, id }, details },
      ...(remark !== undefined && { remark }),
    });
  }

  /** Columns of a row whose next occurrence is the next one from now. */
  firstColumns(times: Timetable, id: string) {
    return nextColumns(nextTurn(timetableOf(times), id, this.clock.now()));
  }

  private async requireOver<Row extends OccurringRow>(kind: OccurringKind<Row>, row: Row): Promise<void> {
    const last = await kind.running(row);
    if (!last) return;
    const owner = `${kind.called} "${row.name}"`;
    throw new ConflictError(`cannot run ${owner} now: ${kind.makes} "${last.name}" is still ${last.status}`);
  }

  private async switch<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    { act, lock, ...asked }: OccurringAct & { readonly act: string; readonly lock: typeof lockForAct },
    change: (row: Row) => OccurringColumns | undefined,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const changed = change(await lock(kind, tx, { id: asked.id, act }));
      if (!changed) return;
      await this.record(kind, tx, { ...asked, act, details: {} });
      await kind.write(tx, asked.id, changed);
    });
  }
}

/** Columns of a row that was disabled while an occurrence of it was starting. */
const givenUp = (lastAt: Date): OccurringColumns => ({
  ...{ startingAt: null, startingMissed: 0 },
  ...{ lastAt, lastOutcome: 'skipped', lastReason: 'given up: it was disabled before this was made' },
});

export const nameTaken = (act: string, called: string, name: string): ConflictError =>
  new ConflictError(`cannot ${act} ${called}: another one is called "${name}"`);

const changedMeanwhile = (called: string, name: string): ConflictError =>
  new ConflictError(`cannot change ${called} "${name}": it was changed meanwhile, read it again`);
