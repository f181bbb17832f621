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
  const [rolloutId, enrolmentId] = 'rolloutId' in of ? [of.rolloutId, null] : [null, of.enrolmentId];
  // in the order of their ids, as fold-reports.ts locks them: devices may be accepting them right now
  return tx.$executeRaw`
    WITH locked AS (
      SELECT id FROM commands
       WHERE (rollout_id = ${rolloutId}::uuid OR enrolment_id = ${enrolmentId}::uuid)
         AND finished_at IS NULL AND status IN ('queued', 'signed')
       ORDER BY id FOR UPDATE)
    UPDATE commands SET status = 'cancelled', finished_at = ${now}, message = ${message}
     WHERE id = ANY (ARRAY(SELECT id FROM locked)) AND finished_at IS NULL AND status IN ('queued', 'signed')`;
}
