import type { Transaction } from '@corefleet/platform/database';

/**
 * Takes back the rollout's commands that no device has accepted. One that the agent is accepting right now still runs:
 * its end is then kept as `late_status`.
 * @returns how many were taken back
 */
export async function cancelRolloutCommands(tx: Transaction, rolloutId: string, now: Date): Promise<number> {
  const { count } = await tx.command.updateMany({
    where: { rolloutId, status: { in: ['queued', 'signed'] } },
    data: { status: 'cancelled', finishedAt: now },
  });
  return count;
}
