import { Injectable } from '@nestjs/common';
import type {
  CreateRecoveryPolicyRequest,
  PlanView,
  RecoveryPolicyView,
  UpdateRecoveryPolicyRequest,
} from '@corefleet/contracts/http';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { NothingToDoError, RolloutPlans, type Orderer } from '@corefleet/features/rollouts';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import { nextTurn, type Timetable, type Turn } from '@corefleet/time-rules';
import { checkTimes, inPolicyFields } from './check-policy';
import { DuePolicies } from './due-policies';
import {
  authorColumns,
  columnsOf,
  lockForAct,
  membersOf,
  nextColumns,
  requestOf,
  timetableOf,
  type PolicyMembers,
  type PolicyRow,
} from './policy-row';
import { RecoveryPoliciesReadModel } from './recovery-policies.read-model';

interface Act {
  readonly act: string;
  readonly id: string;
  readonly remark: string | undefined;
}

/** Policies as people make and change them. Writer of `recovery_policies`, with what makes their rollouts. */
@Injectable()
export class RecoveryPoliciesService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly plans: RolloutPlans,
    private readonly due: DuePolicies,
    private readonly reads: RecoveryPoliciesReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

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
      const auditId = await this.record(tx, orderer.actor, { act: 'create', id, remark }, members);
      const { count } = await tx.recoveryPolicy.createMany({
        data: {
          ...{ id, enabled, auditId, ...columnsOf(members), ...authorColumns(orderer), createdAt: this.clock.now() },
          ...nextColumns(enabled ? this.nextTurn(members, id) : undefined),
        },
        skipDuplicates: true,
      });
      if (count === 0) throw nameTaken('create', members.name);
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
      const row = await lockForAct(tx, id, 'change');
      if (row.version !== before.version) throw changedMeanwhile(row.name);
      const other = await tx.recoveryPolicy.findUnique({ where: { name: members.name }, select: { id: true } });
      if (other && other.id !== id) throw nameTaken('change', members.name);
      const auditId = await this.record(tx, orderer.actor, { act: 'update', id, remark }, given);
      const times = !row.enabled || sameTimes(row, members) ? {} : nextColumns(this.nextTurn(members, id));
      await write(tx, id, { auditId, ...columnsOf(members), ...authorColumns(orderer), ...times });
    });
    return this.moved(id);
  }

  /** Its next occurrence is the next one from now. Doing it again changes nothing. @throws NotFoundError */
  enable(actor: Actor, id: string, remark?: string): Promise<RecoveryPolicyView> {
    return this.switch(actor, { act: 'enable', id, remark }, (row) =>
      row.enabled ? undefined : { enabled: true, ...nextColumns(this.nextTurn(row, id)) },
    );
  }

  /** It has no occurrence any more; rollouts it has made go on. Doing it again changes nothing. @throws NotFoundError */
  disable(actor: Actor, id: string, remark?: string): Promise<RecoveryPolicyView> {
    return this.switch(actor, { act: 'disable', id, remark }, (row) =>
      row.enabled ? { enabled: false, ...nextColumns(undefined) } : undefined,
    );
  }

  /** Rollouts it has made stay. @throws NotFoundError */
  async remove(actor: Actor, id: string, remark?: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { name } = await lockForAct(tx, id, 'remove');
      await this.record(tx, actor, { act: 'remove', id, remark }, { name });
      await tx.recoveryPolicy.delete({ where: { id } });
    });
    await this.due.moved(id, undefined);
  }

  /** What it would do now: the plan of its rollout. Writes nothing. @throws NotFoundError; as the rollout's creation does */
  async preview(orderer: Orderer, id: string): Promise<PlanView> {
    return this.plans.dryRun(orderer, requestOf(membersOf(await this.rowOf(id)), this.clock.now()));
  }

  /** What could never work. That no device needs anything now is no problem of a policy. @throws InvalidRequestError */
  async check(orderer: Orderer, members: PolicyMembers): Promise<void> {
    checkTimes(members);
    try {
      await this.plans.dryRun(orderer, requestOf(members, this.clock.now()));
    } catch (error) {
      if (error instanceof NothingToDoError) return;
      throw inPolicyFields(error);
    }
  }

  private async switch(
    actor: Actor,
    act: Act,
    change: (row: PolicyRow) => object | undefined,
  ): Promise<RecoveryPolicyView> {
    await this.database.transaction(async (tx) => {
      const changed = change(await lockForAct(tx, act.id, act.act));
      if (!changed) return;
      await this.record(tx, actor, act, {});
      await write(tx, act.id, changed);
    });
    return this.moved(act.id);
  }

  private record(tx: Transaction, actor: Actor, { act, id, remark }: Act, details: object): Promise<bigint> {
    return this.audit.record(tx, {
      ...{ actor, action: `recovery-policy.${act}`, subject: { kind: 'recovery-policy', id }, details },
      ...(remark !== undefined && { remark }),
    });
  }

  private async rowOf(id: string): Promise<PolicyRow> {
    const row = await this.database.prisma.recoveryPolicy.findUnique({ where: { id } });
    if (!row) throw new NotFoundError('recovery policy', id);
    return row;
  }

  private nextTurn(times: Timetable, id: string): Turn {
    return nextTurn(timetableOf(times), id, this.clock.now());
  }

  private async moved(id: string): Promise<RecoveryPolicyView> {
    const policy = await this.reads.get(id);
    await this.due.moved(id, policy.enabled ? timetableOf(policy) : undefined);
    return policy;
  }
}

async function write(tx: Transaction, id: string, data: object): Promise<void> {
  await tx.recoveryPolicy.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
}

const definedIn = (asked: Omit<UpdateRecoveryPolicyRequest, 'remark'>): Partial<PolicyMembers> =>
  Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));

const sameTimes = (row: Timetable, members: Timetable): boolean =>
  row.cron === members.cron && row.timeZone === members.timeZone && row.jitterSeconds === members.jitterSeconds;

const nameTaken = (act: string, name: string): ConflictError =>
  new ConflictError(`cannot ${act} recovery policy: another one is called "${name}"`);

const changedMeanwhile = (name: string): ConflictError =>
  new ConflictError(`cannot change recovery policy "${name}": it was changed meanwhile, read it again`);
