import { Injectable } from '@nestjs/common';
import { findPerson } from '@corefleet/features/access';
import { AuditService } from '@corefleet/features/audit';
import { NothingToDoError, RolloutsReadModel, RolloutsService, type Orderer } from '@corefleet/features/rollouts';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, FleetError, NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';
import { lastWords, occurrenceKey } from './policy-rules';
import { lockDue, membersOf, requestOf, SYSTEM, type PolicyRow } from './policy-row';

/** What came of a rollout that was to be made. */
type Outcome =
  | { readonly kind: 'started'; readonly rolloutId: string }
  | { readonly kind: 'nothing' | 'refused'; readonly reason: string };

/** Makes the rollouts of policies. */
@Injectable()
export class StartPolicy {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly rollouts: RolloutsService,
    private readonly reads: RolloutsReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bus: Bus,
  ) {}

  /**
   * Makes the rollout of an occurrence that is starting, in the name of the policy's author, and says in the row what came of
   * it. The key of the rollout is made of the occurrence: who finds the row again after a death makes no second one.
   * @returns false when nothing is starting, or another process is at it
   */
  async finish(id: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const row = await lockDue(tx, id);
      if (!row?.startingAt) return false;
      await this.keep(tx, row, row.startingAt, await this.make(row, row.startingAt));
      return true;
    });
  }

  /**
   * Makes a rollout besides the occurrences, in the name of who asks.
   * @throws NotFoundError; ConflictError while the rollout before is not over; as the rollout's creation does
   */
  async now(
    orderer: Orderer,
    id: string,
    { remark, key }: { readonly remark: string | undefined; readonly key: string | undefined },
  ): Promise<void> {
    const row = await this.database.prisma.recoveryPolicy.findUnique({ where: { id } });
    if (!row) throw new NotFoundError('recovery policy', id);
    await this.requireOver(row);
    const now = this.clock.now();
    const { id: rolloutId } = await this.rollouts.create(orderer, {
      ...requestOf(membersOf(row), now),
      remark: [`by recovery policy "${row.name}", asked for now`, ...(remark === undefined ? [] : [remark])].join(': '),
      idempotencyKey: `recovery-policy-now_${id}_${key ?? this.ids.uuid()}`,
    });
    await this.database.transaction(async (tx) => {
      const last = { lastAt: now, lastOutcome: 'started', lastReason: `asked for by ${orderer.actor.name}` };
      const data = { ...last, lastRolloutId: rolloutId, version: { increment: 1 } };
      await tx.recoveryPolicy.updateMany({ where: { id }, data });
      await this.audit.record(tx, {
        ...{ actor: orderer.actor, action: 'recovery-policy.run', subject: { kind: 'recovery-policy', id } },
        ...(remark !== undefined && { remark }),
        details: { rolloutId },
      });
    });
    this.bus.publishEvent({ topic: 'recovery-policies', id, version: now.getTime() });
  }

  private async requireOver({ name, lastRolloutId }: PolicyRow): Promise<void> {
    if (lastRolloutId === null) return;
    const last = await this.reads.get(lastRolloutId);
    if (last.finishedAt !== null) return;
    throw new ConflictError(`cannot run recovery policy "${name}" now: rollout "${last.name}" is still ${last.status}`);
  }

  /** A refusal is an outcome; anything else means: not yet. */
  private async make(row: PolicyRow, occurrence: Date): Promise<Outcome> {
    try {
      const { id } = await this.rollouts.create(await this.authorOf(row), {
        ...requestOf(membersOf(row), occurrence),
        remark: originOf(row, occurrence),
        idempotencyKey: occurrenceKey(row.id, occurrence),
      });
      return { kind: 'started', rolloutId: id };
    } catch (error) {
      if (error instanceof NothingToDoError) return { kind: 'nothing', reason: error.message };
      if (error instanceof FleetError) return { kind: 'refused', reason: error.message };
      throw error;
    }
  }

  private async authorOf({ authorId: personId, authorName: personName }: PolicyRow): Promise<Orderer> {
    const person = await findPerson(this.database, personId);
    const actor = { kind: 'person', id: personId, name: personName } as const;
    return { actor, personId, personName, mayReadSensitive: person?.role === 'admin' };
  }

  private async keep(tx: Transaction, row: PolicyRow, occurrence: Date, outcome: Outcome): Promise<void> {
    const { id, startingMissed: missed } = row;
    const started = outcome.kind === 'started' ? { rolloutId: outcome.rolloutId } : undefined;
    const lastReason = lastWords('reason' in outcome ? outcome.reason : undefined, missed);
    const last = { lastAt: occurrence, lastOutcome: outcome.kind, lastReason };
    await tx.recoveryPolicy.update({
      where: { id },
      data: {
        ...{ startingAt: null, startingMissed: 0, ...last, version: { increment: 1 } },
        ...(started && { lastRolloutId: started.rolloutId }),
      },
    });
    await this.audit.record(tx, {
      ...{ actor: SYSTEM, action: outcome.kind === 'refused' ? 'recovery-policy.refuse' : 'recovery-policy.run' },
      ...{ subject: { kind: 'recovery-policy', id }, details: { occurrence, missed, ...started } },
      ...(lastReason !== null && { remark: lastReason }),
    });
  }
}

const originOf = ({ name, startingMissed }: PolicyRow, occurrence: Date): string =>
  lastWords(`by recovery policy "${name}", due ${occurrence.toISOString()}`, startingMissed) ?? '';
