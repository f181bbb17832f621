import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { CreateScheduleRequest, ScheduledRollout, UpdateScheduleRequest } from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { NothingToDoError, RolloutPlans, type Orderer } from '@corefleet/features/rollouts';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { InvalidRequestError, NotFoundError } from '@corefleet/platform/errors';
import { belowRollout } from './check-schedule';
import { checkTimes, timetableOf } from './occurrences/occurrence-rules';
import { Occurrences } from './occurrences/occurrences';
import { nameTaken, OccurringActs } from './occurrences/occurring-acts';
import { authorColumns, type OccurringKind } from './occurrences/occurring-kind';
import { RolloutKinds } from './occurrences/rollout-kinds';
import { SCHEDULES, templateOf } from './schedule-row';
import type { ScheduleRow, ScheduleView } from './schedule-view';
import { SchedulesReadModel } from './schedules.read-model';

type Members = Pick<ScheduleRow, 'name' | 'cron' | 'timeZone' | 'jitterSeconds' | 'ifRunning'> & {
  readonly rollout: ScheduledRollout;
};

/** Schedules as people make and change them. Writer of `schedules`, with what makes their rollouts. */
@Injectable()
export class SchedulesService implements OnModuleInit {
  private readonly kind: OccurringKind<ScheduleRow>;

  constructor(
    private readonly database: Database,
    private readonly acts: OccurringActs,
    private readonly plans: RolloutPlans,
    private readonly occurrences: Occurrences,
    private readonly reads: SchedulesReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
    rolloutKinds: RolloutKinds,
  ) {
    this.kind = rolloutKinds.of(SCHEDULES);
  }

  onModuleInit(): void {
    this.occurrences.register(this.kind);
  }

  /**
   * Makes the schedule; its first occurrence is the next one from now.
   * @throws InvalidRequestError for a cron or a time zone that does not exist, and as the rollout's creation would with its
   *   fields below `rollout`; ConflictError when the name is taken
   */
  async create(orderer: Orderer, { remark, enabled, ...members }: CreateScheduleRequest): Promise<ScheduleView> {
    await this.check(orderer, members);
    const id = this.ids.uuid();
    await this.database.transaction(async (tx) => {
      const entry = { actor: orderer.actor, act: 'create', id, remark, details: members };
      const auditId = await this.acts.record(this.kind, tx, entry);
      const { count } = await tx.schedule.createMany({
        data: {
          ...{ id, enabled, auditId, ...columns(members), ...authorColumns(orderer), createdAt: this.clock.now() },
          ...(enabled && this.acts.firstColumns(members, id)),
        },
        skipDuplicates: true,
      });
      if (count === 0) throw nameTaken('create', this.kind.called, members.name);
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
      const times = await this.acts.lockToChange(this.kind, tx, { before, after: members });
      const entry = { actor: orderer.actor, act: 'update', id, remark, details: given(asked) };
      const auditId = await this.acts.record(this.kind, tx, entry);
      const data = { auditId, ...columns(members), ...authorColumns(orderer), ...times };
      await tx.schedule.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
    });
    return this.moved(id);
  }

  /** Its next occurrence is the next one from now. Doing it again changes nothing. @throws NotFoundError */
  async enable(actor: Actor, id: string, remark?: string): Promise<ScheduleView> {
    await this.acts.enable(this.kind, { actor, id, remark });
    return this.moved(id);
  }

  /** It has no occurrence any more; rollouts it has made go on. Doing it again changes nothing. @throws NotFoundError */
  async disable(actor: Actor, id: string, remark?: string): Promise<ScheduleView> {
    await this.acts.disable(this.kind, { actor, id, remark });
    return this.moved(id);
  }

  /**
   * Makes a rollout besides its occurrences, in the name of who asks.
   * @param asked.key the same key is the same request
   * @throws NotFoundError; ConflictError while the rollout before is not over; as the rollout's creation does
   */
  async run(
    orderer: Orderer,
    id: string,
    asked: { remark: string | undefined; key: string | undefined },
  ): Promise<void> {
    await this.acts.run(this.kind, orderer, id, asked);
    this.occurrences.show(this.kind, id);
  }

  /** Rollouts it has made stay. @throws NotFoundError */
  async remove(actor: Actor, id: string, remark?: string): Promise<void> {
    await this.acts.remove(this.kind, { actor, id, remark });
    await this.occurrences.moved(this.kind, id, undefined);
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
    checkTimes({ cron, timeZone }, 'schedule');
    try {
      await this.plans.dryRun(orderer, rollout);
    } catch (error) {
      if (error instanceof NothingToDoError && !meansNobody(error)) return;
      throw error instanceof InvalidRequestError ? belowRollout(error) : error;
    }
  }

  private async moved(id: string): Promise<ScheduleView> {
    const schedule = await this.reads.get(id);
    await this.occurrences.moved(this.kind, id, schedule.enabled ? timetableOf(schedule) : undefined);
    return schedule;
  }
}

const membersOf = (row: ScheduleRow): Members => ({
  ...{ name: row.name, ifRunning: row.ifRunning, rollout: templateOf(row), ...timetableOf(row) },
});

const columns = ({ rollout, ...members }: Members) => ({ ...members, rollout: rollout as object });

const given = (asked: Omit<UpdateScheduleRequest, 'remark'>): Partial<Members> =>
  Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));

/** A filter that means nobody is more often wrong than early. */
const meansNobody = ({ problems }: NothingToDoError): boolean => problems.some(({ field }) => field === 'filter');
