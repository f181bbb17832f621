import { Injectable } from '@nestjs/common';
import type { CreateRolloutRequest } from '@corefleet/contracts/http';
import { canonicalJson } from '@corefleet/contracts/device-protocol';
import { lockKept } from '@corefleet/features/artifacts';
import { AuditService } from '@corefleet/features/audit';
import { Clock, Ids, idOf } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError } from '@corefleet/platform/errors';
import { tracing } from '@corefleet/platform/tracing';
import { ActPerformer } from './act-performer';
import type { Orderer } from './orderer';
import { isReleased, statusOfPlan } from './rollout-acts';
import { RolloutPlanning, type PreparedPlan } from './rollout-planning';
import { requestColumns } from './rollout-columns';
import type { RolloutView } from './rollout-view';
import { RolloutsReadModel } from './rollouts.read-model';
import { PLAN_WRITTEN_MS, writePlan } from './write-plan';

export interface CreateRollout extends CreateRolloutRequest {
  /** The same key from the same actor is the same request. */
  readonly idempotencyKey?: string | undefined;
}

/** Makes rollouts. Writer of `rollouts`, `waves` and `rollout_targets`, with the acts on them and the reconciler. */
@Injectable()
export class RolloutsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly planning: RolloutPlanning,
    private readonly reads: RolloutsReadModel,
    private readonly acts: ActPerformer,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Plans the rollout and makes it, with its waves and the devices it means, all or nothing; and starts it, unless it is a
   * draft, is to be approved, or has a time to start at.
   * @throws InvalidRequestError naming each field that can not work, or why no device would change; RefusedError for a file
   *   that the orderer may not read; ConflictError when the idempotency key was used for another request
   */
  async create(orderer: Orderer, { idempotencyKey, ...request }: CreateRollout): Promise<RolloutView> {
    const { actor } = orderer;
    const id = idempotencyKey === undefined ? this.ids.uuid() : idOf(['rollout', actor.id, idempotencyKey]);
    if (idempotencyKey !== undefined && (await this.madeBefore(this.database.prisma, id, request)))
      return this.reads.get(id);
    const plan = await this.planning.prepare(orderer, request);
    const make = async (tx: Transaction): Promise<void> => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('rollout ' || ${id}, 0))`;
      if (!(await this.madeBefore(tx, id, request))) await this.write(tx, orderer, { id, asked: request, plan });
    };
    await this.planning.exclusively(() => this.database.transaction(make, PLAN_WRITTEN_MS));
    await this.acts.moved(id);
    return this.reads.get(id);
  }

  private async write(
    tx: Transaction,
    { actor, personId, through }: Orderer,
    { id, asked, plan }: { readonly id: string; readonly asked: CreateRolloutRequest; readonly plan: PreparedPlan },
  ): Promise<void> {
    await lockKept(tx, plan.artifacts);
    const now = this.clock.now();
    const { remark, ...request } = plan.request;
    const auditId = await this.audit.record(tx, {
      ...{ actor: through ?? actor, action: 'rollout.create', subject: { kind: 'rollout', id } },
      ...(remark !== undefined && { remark }),
      details: { asked, resolved: request.does, sizes: plan.sizes, ...(through && { inTheNameOf: actor }) },
    });
    const { draft, approvals, startAt = null, expireAfterSeconds } = request;
    const begins = startAt === null ? null : new Date(startAt);
    const status = statusOfPlan({ draft, approvalsMissing: approvals, startAt: begins, now });
    const runs = status.status === 'running';
    await tx.rollout.create({
      data: {
        ...requestColumns(request),
        ...{
          id,
          auditId,
          trace: tracing.traceparent ?? null,
          ...status,
          released: isReleased(status.status),
          artifacts: [...plan.artifacts],
          authorId: personId,
          createdBy: actor.name,
        },
        ...{ createdAt: now, statusSince: now, startedAt: runs ? now : null },
        expiresAt: runs ? new Date(now.getTime() + expireAfterSeconds * 1000) : null,
        ...{ planDigest: '', planSummary: {}, targetCount: 0 },
      },
    });
    const written = await writePlan(tx, this.planning, { id, version: 1, plan, now });
    await tx.rollout.update({ where: { id }, data: written });
  }

  /** @throws ConflictError when the key was used for another request */
  private async madeBefore(on: Transaction, id: string, request: CreateRolloutRequest): Promise<boolean> {
    const found = await on.rollout.findUnique({ where: { id }, select: { auditId: true } });
    if (!found) return false;
    const entry = await on.auditEntry.findUnique({ where: { id: found.auditId }, select: { details: true } });
    const { asked } = (entry?.details ?? {}) as { asked?: unknown };
    if (canonicalJson(asked ?? null) === canonicalJson(request)) return true;
    throw new ConflictError('cannot create rollout: the idempotency key was used for another request');
  }
}
