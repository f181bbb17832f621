import { neededDigests } from '@corefleet/features/artifacts';
import { AUDIT_COLUMNS, auditValues, type NewAuditEntry } from '@corefleet/features/audit';
import type { Database } from '@corefleet/platform/database';
import { tracing } from '@corefleet/platform/tracing';

/** The same order for many devices. */
export interface NewOrder {
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
  readonly requestedBy: string;
  readonly deadlineSeconds: number;
  readonly createdAt: Date;
  readonly validUntil: Date;
  /** One id for each device. */
  readonly commands: readonly { readonly id: string; readonly deviceId: string }[];
}

/**
 * Writes the audit entry and the commands that derive from it, in one statement and so all or nothing: a person waits
 * for this. Nothing is written unless every device is enrolled and every file the operation needs is kept: their rows are
 * locked until this has committed, so none of them is removed meanwhile. Ids that are there already are left as they are.
 * @returns the devices of the order that are enrolled; fewer than asked for, or `filesKept` false, means that nothing was
 *   written
 */
export async function issueCommands(
  database: Database,
  entry: NewAuditEntry,
  order: NewOrder,
): Promise<{ enrolled: string[]; filesKept: boolean }> {
  const rows = await database.rows<{ deviceId: string; filesKept: boolean }>('issue-commands', ISSUE, [
    ...auditValues(entry),
    order.commands.map(({ id }) => id),
    order.commands.map(({ deviceId }) => deviceId),
    order.operation,
    JSON.stringify(order.parameters),
    order.requestedBy,
    order.deadlineSeconds,
    order.validUntil,
    neededDigests(order.operation, order.parameters),
    order.createdAt,
    tracing.traceparent ?? null,
  ]);
  return { enrolled: rows.map(({ deviceId }) => deviceId), filesKept: rows[0]?.filesKept ?? true };
}

const ISSUE = `
WITH target AS (
  SELECT given.id, devices.id AS device_id, devices.enrolment_id
    FROM unnest($11::uuid[], $12::uuid[]) AS given (id, device_id)
    JOIN devices ON devices.id = given.device_id AND devices.enrolment_id IS NOT NULL
), locked AS (
  SELECT sha256 FROM artifacts WHERE sha256 = ANY ($18::text[]) FOR SHARE
), files AS (
  SELECT count(*) = cardinality($18::text[]) AS kept FROM locked
), audit AS (
  INSERT INTO audit_entries (${AUDIT_COLUMNS})
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb
    FROM files WHERE kept AND (SELECT count(*) FROM target) = cardinality($11::uuid[])
  RETURNING id
), made AS (
  INSERT INTO commands (id, device_id, enrolment_id, operation, parameters, status, requested_by, audit_id,
                        deadline_seconds, valid_until, change_ids, artifacts, created_at, trace)
  SELECT target.id, target.device_id, target.enrolment_id, $13, $14::jsonb, 'queued', $15, audit.id, $16::int, $17, '{}',
         $18::text[], $19, $20
    FROM target CROSS JOIN audit
  ON CONFLICT (id) DO NOTHING
)
SELECT device_id AS "deviceId", files.kept AS "filesKept" FROM target CROSS JOIN files`;
