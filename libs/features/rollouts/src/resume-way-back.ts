import type { Actor, AuditService } from '@corefleet/features/audit';
import { bulkRows, type Transaction } from '@corefleet/platform/database';
import { changeTargets, type Transition } from './change-targets';
import { TARGET_COLUMNS, TARGET_DATES, type TargetRow } from './target-rows';

/** Targets that are moved in one batch. */
const BATCH = 1000;

/**
 * Lets each target whose way back was ended when somebody stopped it go on, at the step where it was. The caller holds the
 * lock of the rollout's row.
 */
export async function resumeWayBack(
  tx: Transaction,
  audit: AuditService,
  { actor, rolloutId, now }: { readonly actor: Actor; readonly rolloutId: string; readonly now: Date },
): Promise<void> {
  for (;;) {
    const ended = await bulkRows<TargetRow>(
      tx,
      `SELECT ${TARGET_COLUMNS} FROM rollout_targets t
        WHERE t.rollout_id = $1::uuid AND t.phase = 'rollback' AND t.late IS NULL
          AND (t.state IN ('cancelled', 'expired') OR (t.state = 'failed' AND t.cause = 'given-up'))
        ORDER BY t.device_id LIMIT $2`,
      [rolloutId, BATCH],
      TARGET_DATES,
    );
    if (ended.length === 0) return;
    const pending = {
      state: 'pending',
      cause: null,
      message: null,
      commandId: null,
      offeredAt: null,
      finishedAt: null,
    };
    const transitions = ended.map((row): Transition => {
      return { ...row, before: row, after: { ...row, ...pending, notBefore: now } };
    });
    await changeTargets(tx, audit, { rolloutId, actor, transitions, now });
  }
}
