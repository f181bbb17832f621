import type { AuditService } from '@corefleet/features/audit';
import { bulkRows, type Transaction } from '@corefleet/platform/database';
import { givenUp } from './advance';
import { changeTargets, type Transition } from './change-targets';
import type { RolloutRow } from './rollout-row';
import { SYSTEM } from './system-actor';
import { TARGET_COLUMNS, TARGET_DATES, type TargetRow } from './target-rows';
import { NEVER, isTouched, type TargetState } from './target-state';

/** Targets ended in one transaction. */
const BATCH = 2_000;

/** Ends targets that have not begun, whatever they wait for. What one of them was given and has not accepted is taken back. */
export async function giveUpTargets(
  tx: Transaction,
  audit: AuditService,
  rollout: RolloutRow,
  { state, why }: { readonly state: string; readonly why: string },
  now: Date,
): Promise<void> {
  await endWaiting(tx, audit, { rollout, now, wave: null, end: (row) => givenUp(row, state, now, why) });
}

/**
 * Ends the targets of a wave that a person has skipped; those under way come to their own end. One whose device was changed
 * already has failed: as `skipped` it would never be taken back.
 */
export async function skipTargets(
  tx: Transaction,
  audit: AuditService,
  rollout: RolloutRow,
  wave: number,
  now: Date,
): Promise<void> {
  const skipped = { state: 'skipped', cause: 'wave-skipped', message: null, finishedAt: now, notBefore: NEVER };
  const end = (row: TargetRow): TargetState =>
    isTouched(row) ? givenUp(row, 'skipped', now, 'its wave was skipped') : { ...row, ...skipped };
  await endWaiting(tx, audit, { rollout, now, wave, end });
}

interface Ending {
  readonly rollout: RolloutRow;
  readonly now: Date;
  /** null: of every wave. */
  readonly wave: number | null;
  end(row: TargetRow): TargetState;
}

async function endWaiting(tx: Transaction, audit: AuditService, { rollout, now, wave, end }: Ending): Promise<void> {
  const rows = await bulkRows<TargetRow>(
    tx,
    `SELECT ${TARGET_COLUMNS} FROM rollout_targets t
      WHERE t.rollout_id = $1::uuid AND t.state IN ('pending', 'waiting') AND ($2::int IS NULL OR t.wave = $2)
      ORDER BY t.wave, t.device_id LIMIT $3`,
    [rollout.id, wave, BATCH],
    TARGET_DATES,
  );
  const held = rows.flatMap(({ commandId }) => (commandId === null ? [] : [commandId]));
  await tx.command.updateMany({
    where: { id: { in: held }, finishedAt: null, status: { in: ['queued', 'signed'] } },
    data: { status: 'cancelled', finishedAt: now, message: 'its target was given up' },
  });
  const transitions = rows.map((row): Transition => ({ ...row, before: row, after: end(row) }));
  await changeTargets(tx, audit, { rolloutId: rollout.id, actor: SYSTEM, transitions, now });
}
