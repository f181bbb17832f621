import type { AuditService } from '@corefleet/features/audit';
import { bulkRows, type Transaction } from '@corefleet/platform/database';
import { changeTargets, type Transition } from './change-targets';
import type { RolloutRow } from './rollout-row';
import { SYSTEM } from './system-actor';
import { TARGET_COLUMNS, TARGET_DATES, undoSteps, type TargetRow } from './target-rows';
import { NEVER, isOpen, isTouched, type TargetState } from './target-state';

/** Targets turned in one transaction. */
const BATCH = 1_000;

/** A target that has something to turn back from, or nothing. */
export interface Turning {
  readonly target: TargetState;
  /** Steps of its way back. */
  readonly steps: number;
  /** Whether a step of it was verified on the device. */
  readonly changed: boolean;
}

/**
 * Pure: what becomes of a target of phase apply when its rollout is taken back. Who was not begun is cancelled. The
 * others go to phase rollback: pending where there is a way back; `failed` where a device was changed and nothing takes
 * that back; `skipped` where nothing was changed.
 */
export function turned({ target, steps, changed }: Turning, now: Date): TargetState {
  const ended = { finishedAt: now, notBefore: NEVER };
  if (isOpen(target.state) && !isTouched(target)) {
    return { ...target, ...ended, state: 'cancelled', cause: null, message: 'the rollout is rolled back' };
  }
  const back = {
    ...target,
    phase: 'rollback',
    late: null,
    attempt: 0,
    step: 0,
    commandId: null,
    offeredAt: null,
  } as const;
  if (steps > 0) return { ...back, state: 'pending', cause: null, message: null, notBefore: now, finishedAt: null };
  if (!changed) return { ...back, ...ended, state: 'skipped', cause: 'nothing-to-do', message: null };
  return { ...back, ...ended, state: 'failed', cause: 'no-way-back', message: 'nothing takes back what was done' };
}

/** Turns a batch of targets back: those of phase apply that are not under way. */
export async function turnBack(tx: Transaction, audit: AuditService, rollout: RolloutRow, now: Date): Promise<void> {
  const rows = await bulkRows<TargetRow & { planned: number | null; changed: boolean }>(
    tx,
    `SELECT ${TARGET_COLUMNS}, jsonb_array_length(t.rollback) AS planned,
            t.step > 0 OR EXISTS (
              SELECT FROM commands c WHERE c.rollout_id = t.rollout_id AND c.device_id = t.device_id AND c.phase = 'apply'
                 AND (c.status = 'succeeded' OR c.late_status = 'succeeded')) AS changed
       FROM rollout_targets t
      WHERE t.rollout_id = $1::uuid AND t.wave > 0 AND t.phase <> 'rollback'
        AND t.state NOT IN ('offered', 'running', 'rebooting', 'verifying')
        AND (t.phase = 'apply' OR t.state IN ('pending', 'waiting')) -- who was only asked has nothing to take back
        AND NOT (t.state IN ('skipped', 'expired', 'cancelled') AND t.late IS NULL)
      ORDER BY t.device_id LIMIT $2`,
    [rollout.id, BATCH],
    TARGET_DATES,
  );
  const asking = rows.filter(({ planned }) => planned === null).map(({ deviceId }) => deviceId);
  const undo = await undoSteps(tx, rollout.id, asking);
  const transitions = rows.map((row): Transition => {
    const steps = row.planned ?? undo.get(row.deviceId)?.length ?? 0;
    return { ...row, before: row, after: turned({ target: row, steps, changed: row.changed }, now) };
  });
  const held = rows.flatMap(({ commandId, state }) => (commandId !== null && isOpen(state) ? [commandId] : []));
  await tx.command.updateMany({
    where: { id: { in: held }, finishedAt: null, status: { in: ['queued', 'signed'] } },
    data: { status: 'cancelled', finishedAt: now, message: 'the rollout is rolled back' },
  });
  await changeTargets(tx, audit, { rolloutId: rollout.id, actor: SYSTEM, transitions, now });
}
