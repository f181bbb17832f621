import { neededDigests } from '@corefleet/features/artifacts';
import { bulk, type Transaction } from '@corefleet/platform/database';

/** One order to one device. */
export interface NewCommand {
  readonly id: string;
  readonly deviceId: string;
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
  readonly validUntil: Date;
  /** From its acceptance to its verified end. */
  readonly deadlineSeconds: number;
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
  readonly createdAt: Date;
  /** W3C traceparent of what makes them. */
  readonly trace?: string | undefined;
  readonly commands: readonly NewCommand[];
}

/**
 * Inserts commands in state `queued` for the devices that are enrolled, in one statement.
 * An id that is there already is left as it is, so the same request may be made again.
 * @returns what is new; devices that are not enrolled are left out
 */
export async function insertCommands(tx: Transaction, order: NewCommands): Promise<NewCommand[]> {
  const { orders, orderOf } = distinctOrders(order.commands);
  const commands = order.commands.map(({ id, deviceId, validUntil, deadlineSeconds, phase, attempt, step }, at) => ({
    ...{
      id,
      device_id: deviceId,
      valid_until: validUntil,
      deadline: deadlineSeconds,
      phase,
      attempt,
      step,
      number: orderOf[at],
    },
  }));
  const [made] = await tx.$queryRaw<{ ids: string }[]>`
    WITH orders AS (
      SELECT * FROM jsonb_to_recordset(${bulk(orders)}::jsonb) AS given (number int, operation text, parameters jsonb, artifacts jsonb)
    ), made AS (
      INSERT INTO commands (id, device_id, enrolment_id, rollout_id, operation, parameters, status, requested_by, audit_id,
                            created_at, deadline_seconds, valid_until, change_ids, artifacts, phase, attempt, step, trace)
      SELECT given.id, devices.id, devices.enrolment_id, ${order.rolloutId}::uuid, orders.operation, orders.parameters, 'queued',
             ${order.requestedBy}, ${order.auditId}, ${order.createdAt}, given.deadline, given.valid_until, '{}',
             ARRAY(SELECT jsonb_array_elements_text(orders.artifacts)), given.phase, given.attempt, given.step, ${order.trace ?? null}
        FROM jsonb_to_recordset(${bulk(commands)}::jsonb)
          AS given (id uuid, device_id uuid, valid_until timestamptz, deadline int, phase text, attempt int, step int, number int)
        JOIN orders USING (number)
        JOIN devices ON devices.id = given.device_id AND devices.enrolment_id IS NOT NULL
      ON CONFLICT (id) DO NOTHING
      RETURNING id)
    SELECT coalesce(json_agg(id), '[]')::text AS ids FROM made`;
  const ids = new Set(JSON.parse(made?.ids ?? '[]') as string[]);
  return order.commands.filter(({ id }) => ids.has(id));
}

interface Order {
  readonly number: number;
  readonly operation: string;
  readonly parameters: NewCommand['parameters'];
  readonly artifacts: readonly string[];
}

/** Most devices are told the same: it is sent once. @returns for each command the number of its order, from 1 */
function distinctOrders(commands: readonly NewCommand[]): { orders: Order[]; orderOf: number[] } {
  const numbers = new Map<string, number>();
  const orders: Order[] = [];
  const orderOf = commands.map(({ operation, parameters }) => {
    const key = `${operation} ${JSON.stringify(parameters)}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = orders.length + 1;
    orders.push({ number, operation, parameters, artifacts: neededDigests(operation, parameters) });
    numbers.set(key, number);
    return number;
  });
  return { orders, orderOf };
}
