import { neededDigests } from '@corefleet/features/artifacts';
import type { Transaction } from '@corefleet/platform/database';

/** The same order for many devices. */
export interface NewCommands {
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
  readonly rolloutId?: string;
  readonly requestedBy: string;
  /** The audit entry of the request: without it the signer signs nothing. */
  readonly auditId: bigint;
  readonly deadlineSeconds: number;
  readonly createdAt: Date;
  readonly validUntil: Date;
  /** One id for each device. */
  readonly commands: readonly { readonly id: string; readonly deviceId: string }[];
}

/**
 * Inserts commands in state `queued` for the devices that are enrolled, in one statement.
 * An id that is there already is left as it is, so the same request may be made again.
 * @returns what is new; devices that are not enrolled are left out
 */
export async function insertCommands(tx: Transaction, order: NewCommands): Promise<{ id: string; deviceId: string }[]> {
  const ids = order.commands.map(({ id }) => id);
  const deviceIds = order.commands.map(({ deviceId }) => deviceId);
  const parameters = JSON.stringify(order.parameters);
  const rolloutId = order.rolloutId ?? null;
  const artifacts = neededDigests(order.operation, order.parameters);
  return tx.$queryRaw<{ id: string; deviceId: string }[]>`
    INSERT INTO commands (id, device_id, enrolment_id, rollout_id, operation, parameters, status, requested_by, audit_id,
                          created_at, deadline_seconds, valid_until, change_ids, artifacts)
    SELECT given.id, devices.id, devices.enrolment_id, ${rolloutId}::uuid, ${order.operation}, ${parameters}::jsonb, 'queued',
           ${order.requestedBy}, ${order.auditId}, ${order.createdAt}, ${order.deadlineSeconds}::int, ${order.validUntil}, '{}',
           ${artifacts}::text[]
      FROM unnest(${ids}::uuid[], ${deviceIds}::uuid[]) AS given (id, device_id)
      JOIN devices ON devices.id = given.device_id AND devices.enrolment_id IS NOT NULL
    ON CONFLICT (id) DO NOTHING
    RETURNING id, device_id AS "deviceId"`;
}
