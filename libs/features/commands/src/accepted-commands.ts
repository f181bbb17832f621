import type { Transaction } from '@corefleet/platform/database';

/** A command under way from which a device comes back with another key. */
export interface ErasingCommand {
  readonly id: string;
  readonly acceptedAt: Date;
  readonly deadlineSeconds: number;
}

/**
 * Commands of those operations that the enrolment's agent has accepted and that have not ended, oldest first.
 * What agents have reported counts whether or not a worker has folded it.
 */
export async function acceptedCommands(
  tx: Transaction,
  enrolmentId: string,
  operations: readonly string[],
): Promise<ErasingCommand[]> {
  return tx.$queryRaw<ErasingCommand[]>`
    SELECT c.id, c.deadline_seconds AS "deadlineSeconds", coalesce(c.accepted_at, heard.at) AS "acceptedAt"
      FROM commands c
      CROSS JOIN LATERAL (
        SELECT min(r.received_at) AS at,
               coalesce(bool_or(r.report->>'state' IN ('succeeded', 'failed', 'unknown', 'rejected', 'expired')), false) AS ended
          FROM command_reports r WHERE r.enrolment_id = c.enrolment_id AND r.command_id = c.id) AS heard
     WHERE c.enrolment_id = ${enrolmentId}::uuid AND c.finished_at IS NULL AND NOT heard.ended
       AND c.operation = ANY (${operations}::text[]) AND coalesce(c.accepted_at, heard.at) IS NOT NULL
     ORDER BY "acceptedAt", c.id`;
}
