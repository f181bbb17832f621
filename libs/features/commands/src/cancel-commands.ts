import type { Transaction } from '@corefleet/platform/database';

/** Whose commands are taken back. */
export type CommandsOf = { readonly rolloutId: string } | { readonly enrolmentId: string };

/**
 * Takes back those commands that no device has accepted. One that the agent is accepting right now still runs:
 * its end is then kept as `late_status`.
 * @param message why, for who reads the command
 * @returns how many were taken back
 */
export async function cancelCommands(tx: Transaction, of: CommandsOf, message: string, now: Date): Promise<number> {
  const { count } = await tx.command.updateMany({
    where: { ...of, finishedAt: null, status: { in: ['queued', 'signed'] } },
    data: { status: 'cancelled', finishedAt: now, message },
  });
  return count;
}
