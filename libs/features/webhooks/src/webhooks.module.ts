import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { DeliveriesService } from './deliveries.service';
import { WEBHOOK_SENDER_OPTIONS, WebhookSender, type WebhookSenderOptions } from './webhook-sender';
import { WebhooksService } from './webhooks.service';

/** What people do with webhooks: for the api. Needs a global `Database`, `Clock` and `Ids`. */
@Module({
  imports: [AuditModule],
  providers: [WebhooksService, DeliveriesService],
  exports: [WebhooksService, DeliveriesService],
})
export class WebhooksModule {}

/** Sends to them: for the worker. Needs a global `Database` and `Clock`. */
@Module({})
export class WebhookSenderModule {
  static for(options: WebhookSenderOptions): DynamicModule {
    return {
      module: WebhookSenderModule,
      imports: [AuditModule],
      providers: [WebhookSender, { provide: WEBHOOK_SENDER_OPTIONS, useValue: options }],
    };
  }
}
