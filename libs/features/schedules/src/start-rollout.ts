import { Injectable } from '@nestjs/common';
import { findPerson } from '@corefleet/features/access';
import { AuditService } from '@corefleet/features/audit';
import { RolloutsReadModel, RolloutsService, type CreateRollout, type Orderer } from '@corefleet/features/rollouts';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, FleetError, NotFoundError } from '@corefleet/platform/errors';
import { localTime } from '@corefleet/time-rules';
import { missedWords, occurrenceKey, originWords } from './schedule-rules';
import { lockDue, SYSTEM, templateOf } from './schedule-row';
import type { ScheduleRow } from './schedule-view';

const NAME_MOST = 128;

/** What came of a rollout that was to be made. */
type Outcome =
  { readonly kind: 'started'; readonly rolloutId: string } | { readonly kind: 'refused'; readonly reason: string };

/** Makes the rollouts of schedules. */
@Injectable()
export class StartRollout {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly rollouts: RolloutsService,
    private readonly reads: RolloutsReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Makes the rollout of an occurrence that is starting, in the name of the schedule's author, and says in the row what came of
   * it. The key of the rollout is made of the occurrence: who finds the row again after a death makes no second one.
   * @returns false when nothing is starting, or another process is at it
   */
  async finish(id: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const row = await lockDue(tx, id);
      if (!row?.startingAt) return false;
      const outcome = await this.make(row, row.startingAt);
      await this.keep(tx, row, row.startingAt, outcome);
      return true;
    });
  }

  /**
   * Makes a rollout besides the occurrences, in the name of who asks.
   * @throws NotFoundError; ConflictError while the rollout before is not over; as the rollout's creation does
   */
  async now(orderer: Orderer, id: string, asked: { remark?: string; idempotencyKey?: string }): Promise<void> {
    const row = await this.database.prisma.schedule.findUnique({ where: { id } });
    if (!row) throw new NotFoundError('schedule', id);
    const key = `schedule-now_${id}_${asked.idempotencyKey ?? this.ids.uuid()}`;
    await this.requireOver(row);
    const remark = [`by schedule "${row.name}", asked for now`, asked.remark].filter((part) => part).join(': ');
    const request = { ...templateOf(row), remark, idempotencyKey: key };
    const { id: rolloutId } = await this.rollouts.create(orderer, request);
    await this.database.transaction(async (tx) => {
      const lastReason = `asked for by ${orderer.actor.name}`;
      const last = { lastAt: this.clock.now(), lastOutcome: 'started', lastReason, lastRolloutId: rolloutId };
      await tx.schedule.updateMany({ where: { id }, data: { ...last, version: { increment: 1 } } });
      const subject = { kind: 'schedule', id };
      const said = asked.remark === undefined ? {} : { remark: asked.remark };
      await this.audit.record(tx, {
        ...{ actor: orderer.actor, action: 'schedule.run', subject, ...said, details: { rolloutId } },
      });
    });
  }

  private async requireOver({ name, lastRolloutId }: ScheduleRow): Promise<void> {
    if (lastRolloutId === null) return;
    const last = await this.reads.get(lastRolloutId);
    if (last.finishedAt !== null) return;
    throw new ConflictError(`cannot run schedule "${name}" now: rollout "${last.name}" is still ${last.status}`);
  }

  /** A refusal is an outcome; anything else means: not yet. */
  private async make(row: ScheduleRow, occurrence: Date): Promise<Outcome> {
    try {
      const { id } = await this.rollouts.create(await this.authorOf(row), requestOf(row, occurrence));
      return { kind: 'started', rolloutId: id };
    } catch (error) {
      if (error instanceof FleetError) return { kind: 'refused', reason: error.message };
      throw error;
    }
  }

  private async authorOf({ authorId: personId, authorName: personName }: ScheduleRow): Promise<Orderer> {
    const person = await findPerson(this.database, personId);
    const actor = { kind: 'person', id: personId, name: personName } as const;
    return { actor, personId, personName, mayReadSensitive: person?.role === 'admin' };
  }

  private async keep(tx: Transaction, row: ScheduleRow, occurrence: Date, outcome: Outcome): Promise<void> {
    const { id, startingMissed: missed } = row;
    const why = outcome.kind === 'refused' ? outcome.reason : undefined;
    const lastReason = [why, missedWords(missed)].filter((part) => part).join('; ') || null;
    const made = outcome.kind === 'started' ? { lastRolloutId: outcome.rolloutId } : {};
    await tx.schedule.update({
      where: { id },
      data: {
        ...{ startingAt: null, startingMissed: 0, lastAt: occurrence, lastOutcome: outcome.kind, lastReason, ...made },
        version: { increment: 1 },
      },
    });
    await this.audit.record(tx, {
      ...{ actor: SYSTEM, action: outcome.kind === 'started' ? 'schedule.run' : 'schedule.refuse' },
      subject: { kind: 'schedule', id },
      ...(lastReason !== null && { remark: lastReason }),
      details: { occurrence, missed, ...(outcome.kind === 'started' && { rolloutId: outcome.rolloutId }) },
    });
  }
}

/** The rollout's name says which occurrence it is of, as its place reads the clock. */
function requestOf(row: ScheduleRow, occurrence: Date): CreateRollout {
  const template = templateOf(row);
  const at = localTime(row.timeZone, occurrence);
  return {
    ...template,
    name: `${template.name.slice(0, NAME_MOST - at.length - 1)} ${at}`,
    remark: originWords(row.name, { occurrence, missed: row.startingMissed }),
    idempotencyKey: occurrenceKey(row.id, occurrence),
  };
}
