import type { Transaction } from '@corefleet/platform/database';

/** Cause of commands that ended because their device came back with another key: what was not accepted may be given again. */
export const RE_ENROLLED = 'device-re-enrolled';

/** An enrolment whose device came back with another key. */
export interface Retirement {
  readonly enrolmentId: string;
  /** The command whose success it is, where one ordered it. */
  readonly orderedBy: string | undefined;
}

/**
 * Ends the open commands of an enrolment whose device came back with another key: the one that ordered it has
 * succeeded, what was not accepted is taken back, and of what was under way nobody can tell what it did.
 * An end that its agent reported, and no worker has folded yet, is left to be heard.
 * @returns ids of the commands ended; a rollout of theirs goes on with the next sweep
 */
export async function closeRetiredCommands(tx: Transaction, retirement: Retirement, now: Date): Promise<string[]> {
  const { enrolmentId, orderedBy = null } = retirement;
  const closed = await tx.$queryRaw<{ id: string }[]>`
    UPDATE commands SET finished_at = ${now},
           status = CASE WHEN id = ${orderedBy}::uuid THEN 'succeeded'
                         WHEN status IN ('queued', 'signed') THEN 'cancelled' ELSE 'unknown' END,
           cause = CASE WHEN id = ${orderedBy}::uuid THEN cause ELSE ${RE_ENROLLED} END,
           message = CASE WHEN id = ${orderedBy}::uuid THEN 'the device came back with a new key'
                          WHEN status IN ('queued', 'signed') THEN 'the device came back with a new key before it accepted the command'
                          ELSE 'the device came back with a new key while the command was under way' END
     WHERE enrolment_id = ${enrolmentId}::uuid AND finished_at IS NULL
       AND NOT EXISTS (
         SELECT FROM command_reports r
          WHERE r.enrolment_id = commands.enrolment_id AND r.command_id = commands.id
            AND r.report->>'state' IN ('succeeded', 'failed', 'unknown', 'rejected', 'expired'))
    RETURNING id`;
  return closed.map(({ id }) => id);
}
