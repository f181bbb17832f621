import type { Prisma } from '@corefleet/platform/database';

/** A webhook as people see it: never with a secret. */
export interface WebhookView {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Types of events, or patterns such as `rollout.*`. */
  readonly events: string[];
  readonly enabled: boolean;
  /** Why it was disabled, when nobody did it. */
  readonly disabledReason: string | null;
  /** Attempts in a row that failed. */
  readonly failures: number;
  /** Until then nothing is sent, after many failures in a row. */
  readonly retryAt: Date | null;
  /** Deliveries that are yet to be sent. */
  readonly waiting: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly version: number;
}

/** The newest secret, shown this once. */
export interface WebhookWithSecret extends WebhookView {
  readonly secret: string;
}

/** One event for one webhook, and what came of it. */
export interface DeliveryView {
  readonly id: string;
  /** The header `webhook-id` of each attempt. */
  readonly messageId: string;
  readonly type: string;
  readonly data: unknown;
  readonly happenedAt: Date;
  readonly status: 'waiting' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly triedAt: Date | null;
  readonly dueAt: Date | null;
  readonly endedAt: Date | null;
  readonly responseStatus: number | null;
  readonly response: string | null;
  readonly error: string | null;
  readonly latencyMs: number | null;
}

export function webhookView(row: Prisma.WebhookGetPayload<object>, waiting: number): WebhookView {
  return { ...row, waiting };
}

export function deliveryView(row: Prisma.WebhookDeliveryGetPayload<object>): DeliveryView {
  const { id, messageId, webhookId: _, replayedAt: __, ...rest } = row;
  return { ...rest, status: row.status as DeliveryView['status'], id: id.toString(), messageId: `msg_${messageId}` };
}
