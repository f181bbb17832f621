export { DeliveriesService } from './deliveries.service';
export type { DeliveriesQuery, Replay } from './deliveries.service';
export { EVENT_TYPES, meansAnEvent } from './event-types';
export type { EventType } from './event-types';
export { isNetwork } from './target-guard';
export { WebhookSenderModule, WebhooksModule } from './webhooks.module';
export { WebhooksService } from './webhooks.service';
export type { ChangedWebhook, NewWebhook } from './webhooks.service';
export type { DeliveryView, WebhookView, WebhookWithSecret } from './webhook-view';
