import type { CreateRolloutRequest, PolicyRollout, PolicySystem } from '@corefleet/contracts/http';
import { namedAt, timetableOf, whereDue, type RolloutRows } from '@corefleet/features/schedules';
import type { Prisma } from '@corefleet/platform/database';
import type { Timetable } from '@corefleet/time-rules';

export type PolicyRow = Prisma.RecoveryPolicyGetPayload<object>;

/** What people say of a policy. */
export interface PolicyMembers extends Timetable {
  readonly name: string;
  readonly filter: string;
  readonly system: PolicySystem;
  readonly rollout: PolicyRollout;
}

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

/** The rollout of a policy at a time. */
export function requestOf({ name, filter, timeZone, system, rollout }: PolicyMembers, at: Date): CreateRolloutRequest {
  return {
    ...rollout,
    ...{ filter, lateJoiners: false, draft: false },
    name: namedAt(name, timeZone, at),
    does: { recoverySystem: { ...system, unlessFresh: true } },
  };
}

/** Rows of `recovery_policies`: they have no `ifRunning`, so none waits. */
export const POLICIES: RolloutRows<PolicyRow> = {
  ...{ name: 'recovery-policy', called: 'recovery policy', nothingToDo: 'nothing' },
  ...{ table: 'recovery_policies', topic: 'recovery-policies' },
  find: (tx, id) => tx.recoveryPolicy.findUnique({ where: { id } }),
  findNamed: (tx, name) => tx.recoveryPolicy.findUnique({ where: { name } }),
  enabled: (tx) => tx.recoveryPolicy.findMany({ where: { enabled: true } }),
  due: (tx, now, take) => tx.recoveryPolicy.findMany({ where: whereDue(now), orderBy: { nextAt: 'asc' }, take }),
  write: (tx, id, columns) =>
    tx.recoveryPolicy.updateMany({ where: { id }, data: { ...columns, version: { increment: 1 } } }),
  remove: (tx, id) => tx.recoveryPolicy.delete({ where: { id } }),
  requestAt: (row, occurrence) => requestOf(membersOf(row), occurrence),
  requestNow: (row, now) => requestOf(membersOf(row), now),
};
