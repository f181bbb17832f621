import { Injectable } from '@nestjs/common';
import type { CreateScheduleRequest, ScheduledRollout, UpdateScheduleRequest } from '@corefleet/contracts/http';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { NothingToDoError, RolloutPlans, type Orderer } from '@corefleet/features/rollouts';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, InvalidRequestError, NotFoundError } from '@corefleet/platform/errors';
import { nextTurn, type Turn } from '@corefleet/time-rules';
import { belowRollout, checkTimes } from './check-schedule';
import { DueSchedules } from './due-schedules';
import { nextColumns } from './schedule-rules';
import { lockForAct, templateOf, timetableOf } from './schedule-row';
import type { ScheduleRow, ScheduleView } from './schedule-view';
import { SchedulesReadModel } from './schedules.read-model';

type Members = Pick<ScheduleRow, 'name' | 'cron' | 'timeZone' | 'jitterSeconds' | 'ifRunning'> & {
  readonly rollout: ScheduledRollout;
};

/** Schedules as people make and change them. Writer of `schedules`, with what makes their rollouts. */
@Injectable()
export class SchedulesService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly plans: RolloutPlans,
    private readonly due: DueSchedules,
    private readonly reads: SchedulesReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Makes the schedule; its first occurrence is the next one from now.
   * @throws InvalidRequestError for a cron or a time zone that does not exist, and as the rollout's creation would with its
   *   fields below `rollout`; ConflictError when the name is taken
   */
  async create(orderer: Orderer, { remark, enabled, ...members }: CreateScheduleRequest): Promise<ScheduleView> {
    await this.check(orderer, members);
    const id = this.ids.uuid();
    await this.database.transaction(async (tx) => {
      const auditId = await this.record(tx, { actor: orderer.actor, act: 'create', id, remark, details: members });
      const { count } = await tx.schedule.createMany({
        data: {
          ...{ id, enabled, auditId, ...columns(members), ...author(orderer), createdAt: this.clock.now() },
          ...nextColumns(enabled ? this.nextTurn(members, id) : undefined),
        },
        skipDuplicates: true,
      });
      if (count === 0) throw nameTaken('create', members.name);
    });
    return this.moved(id);
  }

  /**
   * Changes what is given; from then on it acts in the name of who changed it. With other times its next occurrence is the next
   * one from now.
   * @throws as `create`; NotFoundError; ConflictError when somebody else changes it at the same time
   */
  async update(orderer: Orderer, id: string, { remark, ...asked }: UpdateScheduleRequest): Promise<ScheduleView> {
    const before = await this.database.prisma.schedule.findUnique({ where: { id } });
    if (!before) throw new NotFoundError('schedule', id);
    const members: Members = { ...membersOf(before), ...given(asked) };
    await this.check(orderer, members);
    await this.database.transaction(async (tx) => {
      const row = await lockForAct(tx, id, 'change');
      if (row.version !== before.version) throw changedMeanwhile(row.name);
      const other = await tx.schedule.findUnique({ where: { name: members.name }, select: { id: true } });
      if (other && other.id !== id) throw nameTaken('change', members.name);
      const auditId = await this.record(tx, { actor: orderer.actor, act: 'update', id, remark, details: given(asked) });
      const times = sameTimes(row, members) || !row.enabled ? {} : nextColumns(this.nextTurn(members, id));
      await this.write(tx, id, { auditId, ...columns(members), ...author(orderer), ...times });
    });
    return this.moved(id);
  }

  /** Its next occurrence is the next one from now. Doing it again changes nothing. @throws NotFoundError */
  enable(actor: Actor, id: string, remark?: string): Promise<ScheduleView> {
    return this.act(actor, { id, act: 'enable', remark }, (row) =>
      row.enabled ? undefined : { enabled: true, ...nextColumns(this.nextTurn(row, id)) },
    );
  }

  /** It has no occurrence any more; rollouts it has made go on. Doing it again changes nothing. @throws NotFoundError */
  disable(actor: Actor, id: string, remark?: string): Promise<ScheduleView> {
    return this.act(actor, { id, act: 'disable', remark }, (row) =>
      row.enabled ? { enabled: false, reason: null, ...nextColumns(undefined) } : undefined,
    );
  }

  /** Rollouts it has made stay. @throws NotFoundError */
  async remove(actor: Actor, id: string, remark?: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { name } = await lockForAct(tx, id, 'remove');
      await this.record(tx, { actor, act: 'remove', id, remark, details: { name } });
      await tx.schedule.delete({ where: { id } });
    });
    await this.due.moved(id, undefined);
  }

  /**
   * What its times, or a rollout of it, would be refused for. That no device would change as they are now is no reason: later
   * they may be others. Writes nothing.
   * @throws InvalidRequestError
   */
  async check(
    orderer: Orderer,
    { cron, timeZone, rollout }: Pick<Members, 'cron' | 'timeZone' | 'rollout'>,
  ): Promise<void> {
    checkTimes({ cron, timeZone });
    try {
      await this.plans.dryRun(orderer, rollout);
    } catch (error) {
      if (error instanceof NothingToDoError && !meansNobody(error)) return;
      throw error instanceof InvalidRequestError ? belowRollout(error) : error;
    }
  }

  private async act(
    actor: Actor,
    { id, act, remark }: { readonly id: string; readonly act: string; readonly remark: string | undefined },
    change: (row: ScheduleRow) => Partial<ScheduleRow> | undefined,
  ): Promise<ScheduleView> {
    await this.database.transaction(async (tx) => {
      const { rollout: _rollout, ...changed } = change(await lockForAct(tx, id, act)) ?? {};
      if (Object.keys(changed).length === 0) return;
      await this.record(tx, { actor, act, id, remark, details: {} });
      await this.write(tx, id, changed);
    });
    return this.moved(id);
  }

  private async write(tx: Transaction, id: string, data: object): Promise<void> {
    await tx.schedule.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
  }

  private record(
    tx: Transaction,
    entry: {
      readonly actor: Actor;
      readonly act: string;
      readonly id: string;
      readonly remark: string | undefined;
      readonly details: object;
    },
  ): Promise<bigint> {
    const { actor, act, id, remark, details } = entry;
    const said = remark === undefined ? {} : { remark };
    return this.audit.record(tx, {
      ...{ actor, action: `schedule.${act}`, subject: { kind: 'schedule', id }, ...said, details },
    });
  }

  private nextTurn(times: Pick<Members, 'cron' | 'timeZone' | 'jitterSeconds'>, id: string): Turn {
    return nextTurn(timetableOf(times), id, this.clock.now());
  }

  private async moved(id: string): Promise<ScheduleView> {
    const schedule = await this.reads.get(id);
    await this.due.moved(id, schedule.enabled ? timetableOf(schedule) : undefined);
    return schedule;
  }
}

const membersOf = (row: ScheduleRow): Members => ({
  ...{ name: row.name, ifRunning: row.ifRunning, rollout: templateOf(row), ...timetableOf(row) },
});

const columns = ({ rollout, ...members }: Members) => ({ ...members, rollout: rollout as object });

const author = ({ personId, personName }: Orderer) => ({ authorId: personId, authorName: personName });

const given = (asked: Omit<UpdateScheduleRequest, 'remark'>): Partial<Members> =>
  Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));

const sameTimes = (row: ScheduleRow, members: Members): boolean =>
  row.cron === members.cron && row.timeZone === members.timeZone && row.jitterSeconds === members.jitterSeconds;

/** A filter that means nobody is more often wrong than early. */
const meansNobody = ({ problems }: NothingToDoError): boolean => problems.some(({ field }) => field === 'filter');

const nameTaken = (act: string, name: string): ConflictError =>
  new ConflictError(`cannot ${act} schedule: another one is called "${name}"`);

const changedMeanwhile = (name: string): ConflictError =>
  new ConflictError(`cannot change schedule "${name}": it was changed meanwhile, read it again`);
