import { Injectable, type OnModuleInit } from '@nestjs/common';
import type {
  CreateRecoveryPolicyRequest,
  PlanView,
  RecoveryPolicyView,
  UpdateRecoveryPolicyRequest,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { NothingToDoError, RolloutPlans, type Orderer } from '@corefleet/features/rollouts';
import {
  authorColumns,
  checkTimes,
  nameTaken,
  Occurrences,
  OccurringActs,
  RolloutKinds,
  timetableOf,
  type OccurringKind,
} from '@corefleet/features/schedules';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { inPolicyFields } from './check-policy';
import { columnsOf, membersOf, POLICIES, requestOf, type PolicyMembers, type PolicyRow } from './policy-row';
import { RecoveryPoliciesReadModel } from './recovery-policies.read-model';

/** Policies as people make and change them. Writer of `recovery_policies`, with what makes their rollouts. */
@Injectable()
export class RecoveryPoliciesService implements OnModuleInit {
  private readonly kind: OccurringKind<PolicyRow>;

  constructor(
    private readonly database: Database,
    private readonly acts: OccurringActs,
    private readonly plans: RolloutPlans,
    private readonly occurrences: Occurrences,
    private readonly reads: RecoveryPoliciesReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
    rolloutKinds: RolloutKinds,
  ) {
    this.kind = rolloutKinds.of(POLICIES);
  }

  onModuleInit(): void {
    this.occurrences.register(this.kind);
  }

  /**
   * Makes the policy; its first occurrence is the next one from now.
   * @throws InvalidRequestError for a cron, time zone, filter, label, set or rollout that could not work, naming the field;
   *   ConflictError when the name is taken
   */
  async create(
    orderer: Orderer,
    { remark, enabled, ...members }: CreateRecoveryPolicyRequest,
  ): Promise<RecoveryPolicyView> {
    await this.check(orderer, members);
    const id = this.ids.uuid();
    await this.database.transaction(async (tx) => {
      const entry = { actor: orderer.actor, act: 'create', id, remark, details: members };
      const auditId = await this.acts.record(this.kind, tx, entry);
      const { count } = await tx.recoveryPolicy.createMany({
        data: {
          ...{ id, enabled, auditId, ...columnsOf(members), ...authorColumns(orderer), createdAt: this.clock.now() },
          ...(enabled && this.acts.firstColumns(members, id)),
        },
        skipDuplicates: true,
      });
      if (count === 0) throw nameTaken('create', this.kind.called, members.name);
    });
    return this.moved(id);
  }

  /**
   * Changes what is given; from then on it acts in the name of who changed it. With other times its next occurrence is the
   * next one from now.
   * @throws as `create`; NotFoundError; ConflictError when somebody else changes it at the same time
   */
  async update(
    orderer: Orderer,
    id: string,
    { remark, ...asked }: UpdateRecoveryPolicyRequest,
  ): Promise<RecoveryPolicyView> {
    const before = await this.rowOf(id);
    const given = definedIn(asked);
    const members: PolicyMembers = { ...membersOf(before), ...given };
    await this.check(orderer, members);
    await this.database.transaction(async (tx) => {
      const times = await this.acts.lockToChange(this.kind, tx, { before, after: members });
      const entry = { actor: orderer.actor, act: 'update', id, remark, details: given };
      const auditId = await this.acts.record(this.kind, tx, entry);
      const data = { auditId, ...columnsOf(members), ...authorColumns(orderer), ...times };
      await tx.recoveryPolicy.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
    });
    return this.moved(id);
  }

  /** Its next occurrence is the next one from now. Doing it again changes nothing. @throws NotFoundError */
  async enable(actor: Actor, id: string, remark?: string): Promise<RecoveryPolicyView> {
    await this.acts.enable(this.kind, { actor, id, remark });
    return this.moved(id);
  }

  /** It has no occurrence any more; rollouts it has made go on. Doing it again changes nothing. @throws NotFoundError */
  async disable(actor: Actor, id: string, remark?: string): Promise<RecoveryPolicyView> {
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

  /** What it would do now: the plan of its rollout. Writes nothing. @throws NotFoundError; as the rollout's creation does */
  async preview(orderer: Orderer, id: string): Promise<PlanView> {
    return this.plans.dryRun(orderer, requestOf(membersOf(await this.rowOf(id)), this.clock.now()));
  }

  /** What could never work. That no device needs anything now is no problem of a policy. @throws InvalidRequestError */
  async check(orderer: Orderer, members: PolicyMembers): Promise<void> {
    checkTimes(members, 'keep such a policy');
    try {
      await this.plans.dryRun(orderer, requestOf(members, this.clock.now()));
    } catch (error) {
      if (error instanceof NothingToDoError) return;
      throw inPolicyFields(error);
    }
  }

  private async rowOf(id: string): Promise<PolicyRow> {
    const row = await this.database.prisma.recoveryPolicy.findUnique({ where: { id } });
    if (!row) throw new NotFoundError('recovery policy', id);
    return row;
  }

  private async moved(id: string): Promise<RecoveryPolicyView> {
    const policy = await this.reads.get(id);
    await this.occurrences.moved(this.kind, id, policy.enabled ? timetableOf(policy) : undefined);
    return policy;
  }
}

const definedIn = (asked: Omit<UpdateRecoveryPolicyRequest, 'remark'>): Partial<PolicyMembers> =>
  Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
