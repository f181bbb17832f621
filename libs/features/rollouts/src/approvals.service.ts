import { Injectable } from '@nestjs/common';
import { Clock, Ids } from '@corefleet/platform/clock';
import type { Transaction } from '@corefleet/platform/database';
import { ConflictError, RefusedError } from '@corefleet/platform/errors';
import { ActPerformer, type Doing, type Done } from './act-performer';
import type { Orderer } from './orderer';
import { statusOfPlan } from './rollout-acts';
import type { RolloutRow } from './rollout-row';
import type { RolloutView } from './rollout-view';

/** What somebody says to which plan. */
export interface Saying {
  readonly id: string;
  /** Of the plan that was looked at. */
  readonly planDigest: string;
  readonly remark?: string | undefined;
}

/** What people say to plans. Writer of `rollout_approvals`. */
@Injectable()
export class ApprovalsService {
  constructor(
    private readonly acts: ActPerformer,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * A draft goes on: to its approvals, to its time, or to work.
   * @throws ConflictError for a plan that somebody rejected: it is to be planned anew
   */
  start(doing: Doing): Promise<RolloutView> {
    return this.acts.perform('start', doing, async (tx, rollout) => {
      const said = await saidTo(tx, rollout);
      const rejected = said.find(({ decision }) => decision === 'reject');
      if (rejected) {
        const why = `${rejected.personName} has rejected its plan, replan it`;
        throw new ConflictError(`cannot start rollout "${doing.id}": ${why}`);
      }
      return this.goOn(rollout, said.length);
    });
  }

  /**
   * Counts for the plan that was looked at; the last one that is missing lets the rollout go on.
   * @throws RefusedError for the author; ConflictError for another plan than it is now, or a person who approved before
   */
  approve(orderer: Orderer, saying: Saying): Promise<RolloutView> {
    return this.acts.perform('approve', { ...saying, actor: orderer.actor }, async (tx, rollout) => {
      const said = await saidTo(tx, rollout);
      requirePlan('approve', saying, rollout);
      if (orderer.personId === rollout.authorId) {
        throw new RefusedError(`cannot approve rollout "${saying.id}": who made it cannot approve it`);
      }
      if (said.some(({ personId }) => personId === orderer.personId)) {
        throw new ConflictError(`cannot approve rollout "${saying.id}": ${orderer.personName} has approved it before`);
      }
      await this.say(tx, orderer, saying, 'approve');
      return this.goOn(rollout, said.length + 1, { planDigest: saying.planDigest });
    });
  }

  /**
   * Makes it a draft again; its plan is never carried out then. The author may, too, and who has approved it before.
   * @throws ConflictError for another plan than it is now
   */
  reject(orderer: Orderer, saying: Saying): Promise<RolloutView> {
    return this.acts.perform('reject', { ...saying, actor: orderer.actor }, async (tx, rollout) => {
      requirePlan('reject', saying, rollout);
      await this.say(tx, orderer, saying, 'reject');
      const why = saying.remark === undefined ? '' : `: ${saying.remark}`;
      const reason = `rejected by ${orderer.actor.name}${why}`;
      return { data: { status: 'draft', reason }, details: { planDigest: saying.planDigest } };
    });
  }

  private goOn(rollout: RolloutRow, approvals: number, details?: Readonly<Record<string, unknown>>): Done {
    const now = this.clock.now();
    const approvalsMissing = rollout.approvalsNeeded - approvals;
    const status = statusOfPlan({ draft: false, approvalsMissing, startAt: rollout.startAt, now });
    const expiresAt = new Date(now.getTime() + rollout.expireAfterSeconds * 1000);
    const data = { ...status, ...(status.status === 'running' && { startedAt: now, expiresAt }) };
    return { data, details: { ...details, status: status.status } };
  }

  private async say(tx: Transaction, orderer: Orderer, saying: Saying, decision: string): Promise<void> {
    const { personId, personName } = orderer;
    const { id: rolloutId, planDigest, remark = null } = saying;
    const key = { rolloutId, planDigest, personId };
    const said = { id: this.ids.uuid(), personName, decision, remark, at: this.clock.now() };
    await tx.rolloutApproval.create({ data: { ...key, ...said } });
  }
}

/** What was said to the plan as it is now. */
const saidTo = (tx: Transaction, { id, planDigest }: RolloutRow) =>
  tx.rolloutApproval.findMany({ where: { rolloutId: id, planDigest } });

function requirePlan(act: string, { id, planDigest }: Saying, rollout: RolloutRow): void {
  if (rollout.planDigest === planDigest) return;
  throw new ConflictError(`cannot ${act} rollout "${id}": its plan is another one than the one looked at`);
}
