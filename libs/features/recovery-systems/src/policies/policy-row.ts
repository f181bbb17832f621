import type { CreateRolloutRequest, PolicyRollout, PolicySystem } from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import type { Orderer } from '@corefleet/features/rollouts';
import type { Prisma, Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import { localTime, type Timetable, type Turn } from '@corefleet/time-rules';

export type PolicyRow = Prisma.RecoveryPolicyGetPayload<object>;

/** What people say of a policy. */
export interface PolicyMembers extends Timetable {
  readonly name: string;
  readonly filter: string;
  readonly system: PolicySystem;
  readonly rollout: PolicyRollout;
}

/** Who moves policies on by themselves. */
export const SYSTEM: Actor = { kind: 'system', id: 'recovery-policies', name: 'recovery-policies' };

export const timetableOf = ({ cron, timeZone, jitterSeconds }: Timetable): Timetable => ({
  cron,
  timeZone,
  jitterSeconds,
});

/** Its columns `system` and `rollout` are as the API wrote them. */
export const membersOf = (row: PolicyRow): PolicyMembers => ({
  ...{ name: row.name, filter: row.filter, ...timetableOf(row) },
  system: row.system as unknown as PolicySystem,
  rollout: row.rollout as unknown as PolicyRollout,
});

export const columnsOf = ({ system, rollout, ...members }: PolicyMembers) => ({
  ...members,
  system: system as object,
  rollout: rollout as object,
});

export const authorColumns = ({ personId, personName }: Orderer) => ({ authorId: personId, authorName: personName });

/** Columns of a row that is moved on. */
export const nextColumns = (turn: Turn | undefined) => ({
  occurrenceAt: turn?.occurrence ?? null,
  nextAt: turn?.dueAt ?? null,
});

const NAME_MOST = 128;

/** The rollout of a policy at a time; its name says when, as the policy's time zone reads the clock. */
export function requestOf({ name, filter, timeZone, system, rollout }: PolicyMembers, at: Date): CreateRolloutRequest {
  const when = localTime(timeZone, at);
  return {
    ...rollout,
    ...{ filter, lateJoiners: false, draft: false },
    name: `${name.slice(0, NAME_MOST - when.length - 1)} ${when}`,
    does: { recoverySystem: { ...system, unlessFresh: true } },
  };
}

/**
 * Takes the lock of a row for a person's act.
 * @throws NotFoundError; ConflictError while an occurrence of it is starting, which takes seconds
 */
export async function lockForAct(tx: Transaction, id: string, act: string): Promise<PolicyRow> {
  await tx.$queryRaw`SELECT FROM recovery_policies WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.recoveryPolicy.findUnique({ where: { id } });
  if (!row) throw new NotFoundError('recovery policy', id);
  if (!row.startingAt) return row;
  const occurrence = row.startingAt.toISOString();
  throw new ConflictError(`cannot ${act} recovery policy "${row.name}": its rollout of ${occurrence} is being made`);
}

/** Takes the lock of a row that is due. @returns undefined when it is gone, or another process is at it */
export async function lockDue(tx: Transaction, id: string): Promise<PolicyRow | undefined> {
  const locked = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM recovery_policies WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`;
  if (locked.length === 0) return undefined;
  return (await tx.recoveryPolicy.findUnique({ where: { id } })) ?? undefined;
}
