import { insertCommands } from '@corefleet/features/commands';
import type { Ids } from '@corefleet/platform/clock';
import type { Transaction } from '@corefleet/platform/database';
import { tracing } from '@corefleet/platform/tracing';
import type { RolloutRow } from './rollout-row';
import { stepsOf } from './target-rows';

/** The command that a target is to get. */
export interface Wanted {
  readonly deviceId: string;
  readonly phase: string;
  readonly attempt: number;
  readonly step: number;
  readonly validUntil: Date;
}

/** A command that was made, for the nudge after the commit. */
export interface Given {
  readonly id: string;
  readonly deviceId: string;
  readonly operation: string;
}

/**
 * Inserts the commands of those steps.
 * @returns by device; one that is not enrolled any more, or has no such step, has none
 */
export async function giveCommands(
  tx: Transaction,
  ids: Ids,
  rollout: RolloutRow,
  wanted: readonly Wanted[],
  now: Date,
): Promise<Map<string, Given>> {
  const startMs = Date.now();
  const orders = await stepsOf(tx, rollout, wanted);
  const commands = wanted.flatMap((each) => {
    const order = orders.get(each.deviceId);
    return order ? [{ ...each, ...order, id: ids.uuid(), deadlineSeconds: deadlineOf(rollout, each) }] : [];
  });
  if (commands.length === 0) return new Map();
  const made = await insertCommands(tx, {
    rolloutId: rollout.id,
    requestedBy: rollout.createdBy,
    auditId: rollout.auditId,
    createdAt: now,
    trace: tracing.record({
      name: 'give commands',
      links: rollout.trace === null ? [] : [rollout.trace],
      startMs,
      endMs: Date.now(),
      attributes: { 'corefleet.rollout.id': rollout.id, 'corefleet.commands': commands.length },
    }),
    commands,
  });
  return new Map(made.map((command) => [command.deviceId, command]));
}

/** Seconds for a question: an agent that starts anew has forgotten it, and nobody waits an hour for that. */
const ASKING_SECONDS = 120;

const deadlineOf = ({ time }: RolloutRow, { phase }: Wanted): number =>
  phase === 'precheck' ? Math.min(ASKING_SECONDS, time.deadlineSeconds) : time.deadlineSeconds;
