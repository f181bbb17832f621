import { Injectable } from '@nestjs/common';
import type { AdjustRolloutRequest } from '@corefleet/contracts/http';
import { lockKept } from '@corefleet/features/artifacts';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Prisma, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import { ActPerformer, type Doing, type Done } from './act-performer';
import { adjust, adjustableOf, expiryOf, type Adjustable } from './adjust-rollout';
import { askedDoes } from './asked-does';
import { checkGates, checkRequest } from './check-request';
import type { Orderer } from './orderer';
import { adjustedDigest } from './plan-digest';
import { WAITS_FOR_START, requireAllowed } from './rollout-acts';
import { requestColumns, requestOf } from './rollout-columns';
import { RolloutPlanning, type PreparedPlan } from './rollout-planning';
import { readRollout, type RolloutRow } from './rollout-row';
import type { RolloutView } from './rollout-view';
import { PLAN_WRITTEN_MS, writePlan } from './write-plan';

/** What people change of a rollout: its plan while it has not started, its bounds while it runs. */
@Injectable()
export class RolloutChanges {
  constructor(
    private readonly database: Database,
    private readonly acts: ActPerformer,
    private readonly planning: RolloutPlanning,
    private readonly clock: Clock,
  ) {}

  /**
   * Plans anew, with the devices that the filter means now and what they say now. Approvals of the plan before do not count:
   * a rollout that was approved waits for approvals again.
   * @throws as the creation of the rollout does; ConflictError when it has started, or was changed meanwhile
   */
  async replan(orderer: Orderer, doing: Doing): Promise<RolloutView> {
    const { id } = doing;
    const seen = await readRollout(this.database.prisma, id);
    if (!seen) throw new NotFoundError('rollout', id);
    requireAllowed('replan', id, seen.status);
    const request = requestOf(seen, { does: await askedDoes(this.database.prisma, seen), now: this.clock.now() });
    const plan = await this.planning.prepare(orderer, request);
    const write = async (tx: Transaction, rollout: RolloutRow): Promise<Done> => {
      if (rollout.version !== seen.version)
        throw new ConflictError(`cannot replan rollout "${id}": it was changed meanwhile`);
      return this.write(tx, rollout, plan);
    };
    return this.planning.exclusively(() => this.acts.perform('replan', doing, write, PLAN_WRITTEN_MS));
  }

  /**
   * Changes limits, gate, priority, window or expiry, up or down. What stays as it is makes no version and no audit entry.
   * Before it starts that is another plan, which is approved anew.
   * @throws InvalidRequestError for what can not work
   */
  adjust(doing: Doing, asked: AdjustRolloutRequest): Promise<RolloutView> {
    return this.acts.perform('adjust', doing, (_, rollout) => Promise.resolve(this.adjusted(rollout, asked)));
  }

  private adjusted(rollout: RolloutRow, asked: AdjustRolloutRequest): Done {
    const change = adjust(adjustableOf(rollout), asked);
    if (!change) return undefined;
    const now = this.clock.now();
    const { limits, gate, priority, window, expireAfterSeconds } = change.adjusted;
    const { window: _before, ...time } = { ...rollout.time };
    const wanted = { ...rollout, limits, gate, expireAfterSeconds, time: { ...time, ...(window && { window }) } };
    const request = requestOf(wanted, { does: rollout.does, now });
    checkRequest(request, now);
    checkGates(request, sizesOf(rollout));
    const expiresAt = expiryOf(rollout.startedAt, expireAfterSeconds, now);
    const data = { limits, gate, priority, expireAfterSeconds, expiresAt, time: wanted.time as object };
    return {
      data: { ...data, ...newPlan(rollout, change.adjusted) },
      details: { before: change.before, after: change.after },
    };
  }

  private async write(tx: Transaction, rollout: RolloutRow, plan: PreparedPlan): Promise<Done> {
    const { id, planVersion } = rollout;
    await lockKept(tx, plan.artifacts);
    await tx.rolloutTarget.deleteMany({ where: { rolloutId: id } });
    await tx.wave.deleteMany({ where: { rolloutId: id } });
    const version = planVersion + 1;
    const written = await writePlan(tx, this.planning, { id, version, plan, now: this.clock.now() });
    return {
      data: {
        ...requestColumns(plan.request),
        ...written,
        ...approvedAnew(rollout),
        artifacts: [...plan.artifacts],
        planVersion: version,
      },
      details: { does: plan.request.does, planDigest: written.planDigest, sizes: plan.sizes },
    };
  }
}

const sizesOf = ({ waves }: RolloutRow): number[] => waves.filter(({ number }) => number > 0).map(({ size }) => size);

/** Of one that has not started: another plan than the one people have looked at. */
function newPlan(rollout: RolloutRow, adjusted: Adjustable): Prisma.RolloutUpdateInput {
  if (rollout.startedAt !== null) return {};
  const planDigest = adjustedDigest(rollout.planDigest, adjusted);
  return { planDigest, planVersion: rollout.planVersion + 1, ...approvedAnew(rollout) };
}

/** A draft that was rejected has a plan again that may be started. */
function approvedAnew({ approvalsNeeded, status }: RolloutRow): { status?: string; reason?: string } {
  if (status === 'draft') return { reason: WAITS_FOR_START };
  if (approvalsNeeded === 0) return {};
  return { status: 'awaiting-approval', reason: 'waits for its new plan to be approved' };
}
