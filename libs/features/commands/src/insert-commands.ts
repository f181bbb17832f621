import { neededDigests } from '@corefleet/features/artifacts';
import type { Transaction } from '@corefleet/platform/database';

/** One order to one device. */
export interface NewCommand {
  readonly id: string;
  readonly deviceId: string;
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
  readonly validUntil: Date;
  /** Which attempt at which step of its target it is. */
  readonly phase: string;
  readonly attempt: number;
  readonly step: number;
}

/** Orders of a rollout that are given together. */
export interface NewCommands {
  readonly rolloutId: string;
  readonly requestedBy: string;
  /** The audit entry of the request: without it the signer signs nothing. */
  readonly auditId: bigint;
  readonly deadlineSeconds: number;
  readonly createdAt: Date;
  readonly commands: readonly NewCommand[];
}

/**
 * Inserts commands in state `queued` for the devices that are enrolled, in one statement.
 * An id that is there already is left as it is, so the same request may be made again.
 * @returns what is new; devices that are not enrolled are left out
 */
export async function insertCommands(tx: Transaction, order: NewCommands): Promise<{ id: string; deviceId: string }[]> {
  const { commands } = order;
  const column = <T>(pick: (command: NewCommand) => T): T[] => commands.map(pick);
  const { orders, orderOf } = distinctOrders(commands);
  return tx.$queryRaw<{ id: string; deviceId: string }[]>`
    INSERT INTO commands (id, device_id, enrolment_id, rollout_id, operation, parameters, status, requested_by, audit_id,
                          created_at, deadline_seconds, valid_until, change_ids, artifacts, phase, attempt, step)
    SELECT given.id, devices.id, devices.enrolment_id, ${order.rolloutId}::uuid, orders.operation, orders.parameters::jsonb,
           'queued', ${order.requestedBy}, ${order.auditId}, ${order.createdAt}, ${order.deadlineSeconds}::int,
           given.valid_until, '{}', ARRAY(SELECT jsonb_array_elements_text(orders.artifacts::jsonb)),
           given.phase, given.attempt, given.step
      FROM unnest(${column(({ id }) => id)}::uuid[], ${column(({ deviceId }) => deviceId)}::uuid[], ${orderOf}::int[],
                  ${column(({ validUntil }) => validUntil)}::timestamptz[], ${column(({ phase }) => phase)}::text[],
                  ${column(({ attempt }) => attempt)}::int[], ${column(({ step }) => step)}::int[])
        AS given (id, device_id, number, valid_until, phase, attempt, step)
      JOIN unnest(${orders.map(({ operation }) => operation)}::text[], ${orders.map((each) => each.parameters)}::text[],
                  ${orders.map(({ artifacts }) => artifacts)}::text[])
        WITH ORDINALITY AS orders (operation, parameters, artifacts, number) USING (number)
      JOIN devices ON devices.id = given.device_id AND devices.enrolment_id IS NOT NULL
    ON CONFLICT (id) DO NOTHING
    RETURNING id, device_id AS "deviceId"`;
}

interface Order {
  readonly operation: string;
  /** JSON text, as `artifacts`. */
  readonly parameters: string;
  readonly artifacts: string;
}

/** Most devices are told the same: it is sent once. @returns for each command the number of its order, from 1 */
function distinctOrders(commands: readonly NewCommand[]): { orders: Order[]; orderOf: number[] } {
  const numbers = new Map<string, number>();
  const orders: Order[] = [];
  const orderOf = commands.map(({ operation, parameters }) => {
    const text = JSON.stringify(parameters);
    const key = `${operation} ${text}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    orders.push({ operation, parameters: text, artifacts: JSON.stringify(neededDigests(operation, parameters)) });
    numbers.set(key, orders.length);
    return orders.length;
  });
  return { orders, orderOf };
}
