import type { Actor, AuditService } from '@corefleet/features/audit';
import type { Transaction } from '@corefleet/platform/database';
import { changeTargets, type Transition } from './change-targets';
import type { TargetState } from './target-state';

type FailedTarget = Omit<TargetState, 'state'> & {
  readonly deviceId: string;
  readonly wave: number;
  readonly state: string;
};

/** Targets that are moved in one batch. */
const BATCH = 1000;

/**
 * Gives each target that came to a failed end another attempt, where it was. The caller holds the lock of the rollout's row.
 * @returns how many
 */
export async function retryFailed(
  tx: Transaction,
  audit: AuditService,
  { actor, rolloutId, now }: { readonly actor: Actor; readonly rolloutId: string; readonly now: Date },
): Promise<number> {
  for (let retried = 0; ;) {
    const failed = await tx.$queryRaw<FailedTarget[]>`
      SELECT device_id AS "deviceId", wave, phase, state, cause, message, late, attempt, step, command_id AS "commandId",
             not_before AS "notBefore", offered_at AS "offeredAt", finished_at AS "finishedAt"
        FROM rollout_targets
       WHERE rollout_id = ${rolloutId}::uuid AND state IN ('failed', 'unknown', 'rejected', 'timed-out', 'lost')
         AND late IS DISTINCT FROM 'late-success'
       ORDER BY device_id LIMIT ${BATCH}`;
    if (failed.length === 0) return retried;
    await changeTargets(tx, audit, { rolloutId, actor, transitions: failed.map((target) => retry(target, now)), now });
    retried += failed.length;
  }
}

function retry({ deviceId, wave, ...before }: FailedTarget, now: Date): Transition {
  const after: TargetState = {
    ...before,
    ...{ state: 'waiting', cause: 'retry', late: null, commandId: null, notBefore: now, finishedAt: null },
  };
  return { deviceId, wave, before, after };
}
