import { z } from 'zod';
import { id, page, pageQuery, remark, someText, time } from './common';

const URL_MOST = 2000;
const EVENTS_MOST = 50;
const DAY_SECONDS = 86_400;

/** http is signed, and readable on its way. */
const url = z
  .url({ protocol: /^https?$/ })
  .max(URL_MOST)
  .refine((value) => {
    const { username, password, hash } = new URL(value);
    return username === '' && password === '' && hash === '';
  }, 'must have no user, no password and no fragment');

const events = z
  .array(
    z
      .string()
      .max(64)
      .regex(/^(\*|[a-z-]+\.(\*|[a-z-]+))$/, 'must be *, a type of event, or a pattern such as rollout.*'),
  )
  .min(1)
  .max(EVENTS_MOST);

/** Body of `POST /v1/webhooks`. */
export const CreateWebhookRequest = z.strictObject({ name: someText(100), url, events, remark: remark.optional() });
export type CreateWebhookRequest = z.infer<typeof CreateWebhookRequest>;

/** Body of `PATCH /v1/webhooks/{id}`. */
export const ChangeWebhookRequest = z.strictObject({
  name: someText(100).optional(),
  url: url.optional(),
  events: events.optional(),
  /** Deliveries of a disabled one wait; nothing that happens meanwhile is told. */
  enabled: z.boolean().optional(),
  remark: remark.optional(),
});
export type ChangeWebhookRequest = z.infer<typeof ChangeWebhookRequest>;

/** Body of `POST /v1/webhooks/{id}/rotate-secret`. */
export const RotateSecretRequest = z.strictObject({
  /** For so long messages are signed with the old one too. */
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(30 * DAY_SECONDS)
    .default(DAY_SECONDS),
  remark: remark.optional(),
});
export type RotateSecretRequest = z.infer<typeof RotateSecretRequest>;

const deliveryId = z.string().regex(/^\d{1,18}$/, 'must be the number of a delivery');

/** Body of `POST /v1/webhooks/{id}/replay`: one delivery, or those given up that happened from a time, to a time. */
export const ReplayRequest = z
  .strictObject({
    deliveryId: deliveryId.optional(),
    deadSince: z.iso.datetime().optional(),
    deadUntil: z.iso.datetime().optional(),
    remark: remark.optional(),
  })
  .refine((asked) => (asked.deliveryId === undefined) !== (asked.deadSince === undefined), {
    path: ['deliveryId'],
    message: 'must be given, or deadSince, and not both',
  });
export type ReplayRequest = z.infer<typeof ReplayRequest>;

/** How many are sent again. */
export const ReplayAnswer = z.object({ count: z.number().int() });
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;

export const WebhookView = z.object({
  id,
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  /** Why it was disabled, when nobody did it. */
  disabledReason: z.string().nullable(),
  /** Attempts in a row that failed. */
  failures: z.number().int(),
  /** Until then nothing is sent, after many failures in a row. */
  retryAt: time.nullable(),
  /** Deliveries that are yet to be sent. */
  waiting: z.number().int(),
  createdBy: z.string(),
  createdAt: time,
  version: z.number().int(),
});
export type WebhookView = z.infer<typeof WebhookView>;

export const WebhookList = z.object({ items: z.array(WebhookView) });
export type WebhookList = z.infer<typeof WebhookList>;

/** Answer of making one and of replacing its secret: the only ones that show it. */
export const WebhookWithSecret = WebhookView.extend({ secret: z.string() });
export type WebhookWithSecret = z.infer<typeof WebhookWithSecret>;

/** waiting: to be sent; delivered: answered with 2xx; dead: given up. */
export const DeliveryStatus = z.enum(['waiting', 'delivered', 'dead']);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

export const DeliveriesQuery = z.strictObject({ ...pageQuery, status: DeliveryStatus.optional() });
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;

/** One event for one webhook, and what came of the last attempt. */
export const DeliveryView = z.object({
  id: z.string(),
  /** The header `webhook-id` of each attempt. */
  messageId: z.string(),
  type: z.string(),
  data: z.unknown(),
  happenedAt: time,
  status: DeliveryStatus,
  attempts: z.number().int(),
  triedAt: time.nullable(),
  /** When it is tried next; null: at once, or never again. */
  dueAt: time.nullable(),
  endedAt: time.nullable(),
  /** HTTP status of the answer; null: none came. */
  responseStatus: z.number().int().nullable(),
  /** The beginning of the answer. */
  response: z.string().nullable(),
  error: z.string().nullable(),
  latencyMs: z.number().int().nullable(),
});
export type DeliveryView = z.infer<typeof DeliveryView>;

export const DeliveryPage = page(DeliveryView);
export type DeliveryPage = z.infer<typeof DeliveryPage>;
