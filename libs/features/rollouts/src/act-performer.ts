import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Prisma, type Transaction } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';
import { isReleased, requireAllowed, type Act } from './rollout-acts';
import { RolloutJobs } from './rollout-jobs';
import { lockRollout, type RolloutRow } from './rollout-row';
import type { RolloutView } from './rollout-view';
import { RolloutsReadModel } from './rollouts.read-model';

/** Who does something to which rollout, and why. */
export interface Doing {
  readonly actor: Actor;
  readonly id: string;
  readonly remark?: string | undefined;
}

/** What an act makes of the rollout's row; undefined: nothing, and then nothing is audited either. */
export type Done =
  { readonly data: Prisma.RolloutUpdateInput; readonly details?: Readonly<Record<string, unknown>> } | undefined;

/** Does what a person asks of a rollout, under the lock of its row and with its audit entry in the same transaction. */
@Injectable()
export class ActPerformer {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly reads: RolloutsReadModel,
    private readonly jobs: RolloutJobs,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** @throws NotFoundError; ConflictError when the rollout is in a state in which the act is not possible */
  async perform(
    act: Act,
    { actor, id, remark }: Doing,
    change: (tx: Transaction, rollout: RolloutRow) => Promise<Done>,
    timeoutMs?: number,
  ): Promise<RolloutView> {
    await this.database.transaction(async (tx) => {
      const rollout = await lockRollout(tx, id);
      if (!rollout) throw new NotFoundError('rollout', id);
      requireAllowed(act, id, rollout.status);
      const done = await change(tx, rollout);
      if (!done) return;
      const since = done.data.status !== undefined && { statusSince: this.clock.now() };
      const { status } = done.data;
      const released = typeof status === 'string' ? { released: isReleased(status) } : {};
      await tx.rollout.update({
        where: { id },
        data: { ...done.data, ...released, ...since, version: { increment: 1 } },
      });
      await this.audit.record(tx, {
        actor,
        action: `rollout.${act}`,
        subject: { kind: 'rollout', id },
        ...(remark !== undefined && { remark }),
        ...(done.details && { details: done.details }),
      });
    }, timeoutMs);
    await this.moved(id);
    return this.reads.get(id);
  }

  /** Tells who shows the rollout, and who works it off. */
  async moved(id: string): Promise<void> {
    this.bus.publishEvent({ topic: 'rollouts', id, version: Date.now() });
    await this.jobs.nudge([id]);
  }
}
