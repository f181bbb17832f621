import type { RecoveryPolicyView } from '@corefleet/contracts/http';
import { membersOf, type PolicyRow } from './policy-row';

/** A policy as people see it. */
export function policyView(row: PolicyRow): RecoveryPolicyView {
  const { id, enabled, nextAt, lastAt, lastOutcome, lastReason, lastRolloutId, authorName, createdAt, version } = row;
  const isOver = lastAt !== null && lastOutcome !== null;
  return {
    ...{ id, enabled, lastRolloutId, version, ...membersOf(row) },
    nextAt: nextAt?.toISOString() ?? null,
    last: isOver ? { occurrence: lastAt.toISOString(), outcome: lastOutcome, reason: lastReason } : null,
    author: authorName,
    createdAt: createdAt.toISOString(),
  };
}
