import type { RolloutStep } from '@corefleet/contracts/http';
import { bulk, bulkIds, bulkRows, type Transaction } from '@corefleet/platform/database';
import { precheckSteps } from './precheck';
import type { RolloutRow } from './rollout-row';
import type { TargetState } from './target-state';

/** A target as its row has it. */
export interface TargetRow extends TargetState {
  readonly deviceId: string;
  readonly wave: number;
  readonly site: string;
}

/** Columns of a target `t`, for statements of this feature. */
export const TARGET_COLUMNS = `
  t.device_id AS "deviceId", t.wave, t.site, t.phase, t.state, t.cause, t.message, t.late, t.attempt, t.step,
  t.command_id AS "commandId", t.not_before AS "notBefore", t.offered_at AS "offeredAt", t.finished_at AS "finishedAt"`;

/** Which of them are timestamps. */
export const TARGET_DATES = ['notBefore', 'offeredAt', 'finishedAt'] as const;

/**
 * One target, in a join: by its key alone. The limit keeps the planner from reading all targets of a rollout that has
 * grown since it was last analysed.
 */
export const targetOf = (rolloutId: string, deviceId: string): string =>
  `LATERAL (SELECT * FROM rollout_targets AS one WHERE one.rollout_id = ${rolloutId}::uuid AND one.device_id = ${deviceId} LIMIT 1)`;

/** A step of one device's phase. */
export interface StepOf {
  readonly deviceId: string;
  readonly phase: string;
  readonly step: number;
}

/**
 * What takes each device's commands of phase apply back, in order: the undo of those that were verified, newest first,
 * as its agent said it then. A device of which nothing was said has no entry.
 */
export async function undoSteps(
  tx: Transaction,
  rolloutId: string,
  deviceIds: readonly string[],
): Promise<Map<string, RolloutStep[]>> {
  const rows = await bulkRows<{ deviceId: string; undo: RolloutStep[] }>(
    tx,
    `SELECT own.device_id AS "deviceId", own.undo
       FROM unnest($1::uuid[]) AS given (device_id)
       CROSS JOIN LATERAL (
         SELECT * FROM commands c
          WHERE c.device_id = given.device_id AND c.rollout_id = $2::uuid AND c.phase = 'apply'
            AND jsonb_typeof(c.undo) = 'array'
         OFFSET 0) AS own
      ORDER BY own.device_id, own.attempt DESC, own.step DESC, own.id DESC`,
    [bulkIds(deviceIds), rolloutId],
  );
  const found = new Map<string, RolloutStep[]>();
  for (const { deviceId, undo } of rows) found.set(deviceId, [...(found.get(deviceId) ?? []), ...undo]);
  return found;
}

/** The planned steps of a phase; null where they are shared, or its undo. */
const STEPS = `CASE given.phase WHEN 'rollback' THEN t.rollback WHEN 'apply' THEN t.steps END`;

/** Steps that are the same for every device of the rollout. */
export const sharedSteps = ({ steps, does }: WithSteps, phase: string): readonly RolloutStep[] =>
  phase === 'precheck' ? precheckSteps(does) : steps;

type WithSteps = Pick<RolloutRow, 'id' | 'steps' | 'does'>;

/**
 * The order of each device's step: its own, else the rollout's; of phase rollback its own, else its undo.
 * @returns by device; who has no such step has no entry
 */
export async function stepsOf(
  tx: Transaction,
  rollout: WithSteps,
  wanted: readonly StepOf[],
): Promise<Map<string, RolloutStep>> {
  if (wanted.length === 0) return new Map();
  const own = await bulkRows<{ deviceId: string; own: RolloutStep | null; planned: boolean }>(
    tx,
    `SELECT t.device_id AS "deviceId",
            ${STEPS}->given.step AS own, ${STEPS} IS NOT NULL AS planned
       FROM jsonb_to_recordset($1::jsonb) AS given ("deviceId" uuid, phase text, step int)
       CROSS JOIN ${targetOf('$2', 'given."deviceId"')} AS t`,
    [bulk(wanted.map(({ deviceId, phase, step }) => ({ deviceId, phase, step }))), rollout.id],
  );
  const planned = new Map(own.map((row) => [row.deviceId, row]));
  const undone = wanted.filter(({ deviceId, phase }) => phase === 'rollback' && !planned.get(deviceId)?.planned);
  const undo = await undoOf(tx, rollout.id, undone);
  return new Map(
    wanted.flatMap(({ deviceId, phase, step }) => {
      const row = planned.get(deviceId);
      const shared = phase === 'rollback' ? undo.get(deviceId)?.[step] : sharedSteps(rollout, phase)[step];
      const order = row?.planned ? row.own : shared;
      return order ? [[deviceId, order] as const] : [];
    }),
  );
}

const undoOf = async (tx: Transaction, id: string, targets: readonly StepOf[]): Promise<Map<string, RolloutStep[]>> =>
  targets.length === 0
    ? new Map()
    : undoSteps(
        tx,
        id,
        targets.map(({ deviceId }) => deviceId),
      );
