import type { Ids } from '@corefleet/platform/clock';
import { bulkIds, bulkRows, type Transaction } from '@corefleet/platform/database';
import { advance, type CommandFacts } from './advance';
import { changeTargets, type Transition } from './change-targets';
import { giveCommands, type Given } from './give-commands';
import { precheckVerdicts, prechecked } from './judge-prechecks';
import { notePenalties } from './penalties';
import { retryAfterMs } from './retry-after';
import { overWords, type RolloutRow } from './rollout-row';
import type { Services } from './services';
import { SYSTEM } from './system-actor';
import { TARGET_COLUMNS, TARGET_DATES, sharedSteps, targetOf, undoSteps, type TargetRow } from './target-rows';
import { NEVER, type TargetState } from './target-state';

/** Moves taken at once: bounds the transaction. */
const MOVES = 500;

/** Ends of phase precheck that tell something of the device. */
const ANSWERED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'timed-out', 'lost', 'unknown']);

interface Moved extends TargetRow {
  readonly command: CommandFacts;
  /** Of the target's phase; null: its undo. */
  readonly steps: number | null;
}

interface Followed {
  readonly row: Moved;
  after: TargetState;
  needsCommand: boolean;
}

/**
 * Moves the targets whose commands have moved, and gives those their next command that have a step left. The caller holds
 * the lock of the rollout's row.
 * @returns the commands given; undefined when there was no move
 */
export async function followMoves(
  tx: Transaction,
  services: Services,
  rollout: RolloutRow,
  now: Date,
): Promise<Given[] | undefined> {
  const commandIds = await takeMoves(tx, rollout.id);
  if (commandIds.length === 0) return undefined;
  const rows = await movedTargets(tx, rollout, commandIds);
  const followed = followAll(rollout, rows, await undoCounts(tx, rollout.id, rows), now);
  await judgePrechecks(tx, rollout, followed, now);
  const given = await giveNext(tx, services.ids, rollout, followed, now);
  const transitions = followed.map(({ row, after }): Transition => ({ ...row, before: row, after }));
  await changeTargets(tx, services.audit, { rolloutId: rollout.id, actor: SYSTEM, transitions, now });
  await notePenalties(tx, transitions, now);
  return given;
}

async function takeMoves(tx: Transaction, rolloutId: string): Promise<string[]> {
  const [taken] = await tx.$queryRaw<{ ids: string }[]>`
    WITH taken AS (
      DELETE FROM command_moves WHERE id = ANY (ARRAY(
        SELECT id FROM command_moves WHERE rollout_id = ${rolloutId}::uuid ORDER BY id LIMIT ${MOVES}))
      RETURNING command_id)
    SELECT coalesce(json_agg(DISTINCT command_id), '[]')::text AS ids FROM taken`;
  return JSON.parse(taken?.ids ?? '[]') as string[];
}

/** Oldest command of each target first. */
async function movedTargets(tx: Transaction, rollout: RolloutRow, commandIds: string[]): Promise<Moved[]> {
  return bulkRows<Moved>(
    tx,
    `SELECT ${TARGET_COLUMNS},
            jsonb_build_object('id', c.id, 'status', c.status, 'lateStatus', c.late_status, 'cause', c.cause,
              'message', c.message, 'snapdKind', c.snapd_kind, 'phase', c.phase, 'step', c.step) AS command,
            CASE t.phase WHEN 'rollback' THEN jsonb_array_length(t.rollback) WHEN 'precheck' THEN $4::int
                         ELSE coalesce(jsonb_array_length(t.steps), $3::int) END AS steps
       FROM commands c CROSS JOIN ${targetOf('$1', 'c.device_id')} AS t
      WHERE c.id = ANY ($2::uuid[]) AND c.rollout_id = $1::uuid
      ORDER BY t.device_id, c.attempt, c.step, c.id`,
    [rollout.id, bulkIds(commandIds), ...['apply', 'precheck'].map((phase) => sharedSteps(rollout, phase).length)],
    TARGET_DATES,
  );
}

async function undoCounts(tx: Transaction, rolloutId: string, rows: readonly Moved[]): Promise<Map<string, number>> {
  const asking = rows.filter(({ steps }) => steps === null).map(({ deviceId }) => deviceId);
  if (asking.length === 0) return new Map();
  const undo = await undoSteps(tx, rolloutId, asking);
  return new Map([...undo].map(([deviceId, steps]) => [deviceId, steps.length]));
}

/** Targets that change, each once: what several of its commands did to it is one transition. */
function followAll(rollout: RolloutRow, rows: readonly Moved[], undo: Map<string, number>, now: Date): Followed[] {
  const { attempts } = rollout.time;
  const followed = new Map<string, Followed>();
  for (const row of rows) {
    const before = followed.get(row.deviceId);
    const result = advance(before?.after ?? row, row.command, {
      now,
      attempts,
      steps: row.steps ?? undo.get(row.deviceId) ?? 0,
      over: overWords(rollout, row.phase, now),
      retryAfterMs: (failed, attempt) => retryAfterMs(failed, attempt, { ...attempts, deviceId: row.deviceId }),
    });
    if (result.kind === 'stay') continue;
    followed.set(row.deviceId, {
      row: before?.row ?? row,
      after: result.after,
      needsCommand: result.kind === 'next-step',
    });
  }
  return [...followed.values()];
}

/** Who has answered goes on to phase apply, is asked again, or is left out. */
async function judgePrechecks(tx: Transaction, rollout: RolloutRow, followed: Followed[], now: Date): Promise<void> {
  const answered = followed.filter(({ after }) => after.phase === 'precheck' && ANSWERED.has(after.state));
  if (overWords(rollout, 'precheck', now) !== undefined) return;
  const deviceIds = answered.map(({ row }) => row.deviceId);
  const verdicts = await precheckVerdicts(tx, rollout.id, deviceIds);
  for (const each of answered) {
    const verdict = verdicts.get(each.row.deviceId);
    if (verdict) each.after = prechecked(each.after, verdict, now);
  }
}

/** A device that is not enrolled any more gets no next step, and fails. */
async function giveNext(
  tx: Transaction,
  ids: Ids,
  rollout: RolloutRow,
  followed: readonly Followed[],
  now: Date,
): Promise<Given[]> {
  const waiting = followed.filter(({ needsCommand }) => needsCommand);
  const validUntil = rollout.expiresAt ?? NEVER;
  const wanted = waiting.map(({ row, after }) => ({ ...after, deviceId: row.deviceId, validUntil }));
  const given = await giveCommands(tx, ids, rollout, wanted, now);
  for (const each of waiting) {
    const command = given.get(each.row.deviceId);
    each.after = command
      ? { ...each.after, commandId: command.id }
      : { ...each.after, state: 'failed', cause: 'not-enrolled', commandId: each.row.commandId, finishedAt: now };
  }
  return [...given.values()];
}
