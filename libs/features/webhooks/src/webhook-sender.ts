import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { metrics } from '@corefleet/platform/metrics';
import { Coalesced } from '@corefleet/platform/queue';
import {
  claimDeliveries,
  dueWebhooks,
  pruneDeliveries,
  recordAttempt,
  recordHealth,
  type ClaimedDelivery,
} from './delivery-claims';
import { verdictOf } from './delivery-rules';
import { messageBody } from './message';
import { signedHeaders } from './signature';
import { TargetGuard } from './target-guard';
import { WebhookClient } from './webhook-client';

export interface WebhookSenderOptions {
  /** Addresses or networks that may be sent to although they are private, local or reserved. */
  readonly allow: readonly string[];
  /** Where people reach the API: messages link there. */
  readonly publicUrl: string;
  /** How long a delivery that ended is kept, in days. */
  readonly keptDays: number;
}
export const WEBHOOK_SENDER_OPTIONS = Symbol('WEBHOOK_SENDER_OPTIONS');

const SENDER: Actor = { kind: 'system', id: 'webhooks', name: 'webhooks' };
const LOOK_EVERY_MS = 500;
const PRUNE_EVERY_MS = 60_000;
/** Of one webhook by one worker: a receiver that is slow delays nobody but itself. */
const AT_ONCE = 4;
const WAITED_DAYS = 7;

/** Sends what webhooks are to be told. Every worker does: what one has taken the others leave alone. */
@Injectable()
export class WebhookSender implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(WebhookSender.name);
  private readonly client: WebhookClient;
  private readonly sending = new Map<string, Promise<void>>();
  private readonly timers: NodeJS.Timeout[] = [];
  private stopping = false;
  private readonly looking = new Coalesced(
    () => this.look(),
    (error) => this.logger.warn(`Webhooks not looked at, tried again soon: ${String(error)}`),
  );
  private readonly pruning = new Coalesced(
    () => this.prune(),
    (error) => this.logger.warn(`Deliveries not pruned, tried again soon: ${String(error)}`),
  );

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(WEBHOOK_SENDER_OPTIONS) private readonly options: WebhookSenderOptions,
  ) {
    this.client = new WebhookClient(new TargetGuard(options.allow));
  }

  onApplicationBootstrap(): void {
    this.timers.push(setInterval(() => this.looking.ask(), LOOK_EVERY_MS));
    this.timers.push(setInterval(() => this.pruning.ask(), PRUNE_EVERY_MS));
  }

  /** Lets what is on its way end: ten seconds at most. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.looking.idle(), this.pruning.idle(), ...this.sending.values()]);
    this.client.close();
  }

  private async look(): Promise<void> {
    for (const id of await dueWebhooks(this.database, this.clock.now())) {
      if (this.stopping || this.sending.has(id)) continue;
      const sending = this.sendAll(id)
        .catch((error: unknown) => this.logger.warn(`Webhook ${id} not sent to, tried again soon: ${String(error)}`))
        .finally(() => this.sending.delete(id));
      this.sending.set(id, sending);
    }
  }

  /** Each claim reads the webhook anew: it may have been changed, and its secret replaced. */
  private async sendAll(webhookId: string): Promise<void> {
    while (!this.stopping) {
      const claimed = await claimDeliveries(this.database, webhookId, AT_ONCE, this.clock.now());
      if (claimed.length === 0) return;
      await Promise.all(claimed.map((delivery) => this.send(webhookId, delivery)));
    }
  }

  private async send(webhookId: string, delivery: ClaimedDelivery): Promise<void> {
    const body = messageBody(delivery, this.options.publicUrl);
    const message = { id: `msg_${delivery.messageId}`, at: this.clock.now(), body };
    const sent = await this.client.post(delivery.url, signedHeaders(delivery.secrets, message), body);
    const verdict = verdictOf(sent, delivery.attempts, Math.random());
    metrics.count('corefleet_webhook_attempts_total', { outcome: verdict.kind });
    metrics.observe('corefleet_webhook_attempt_seconds', sent.latencyMs / 1000);
    const now = this.clock.now();
    await recordAttempt(this.database, delivery, sent, verdict, now);
    await recordHealth(this.database, webhookId, verdict.kind !== 'delivered', now);
    if (verdict.kind === 'gone') await this.disable(webhookId, delivery.url);
    if (verdict.kind === 'dead')
      this.logger.warn(`Delivery ${delivery.id} of webhook ${webhookId} given up: ${sent.error}`);
  }

  /** The receiver at this URL says that it is gone. Again, or where it has another URL meanwhile, changes nothing. */
  private async disable(id: string, url: string): Promise<void> {
    const reason = 'the receiver answered that it is gone (410)';
    await this.database.transaction(async (tx) => {
      const data = { enabled: false, disabledReason: reason, version: { increment: 1 } };
      const { count } = await tx.webhook.updateMany({ where: { id, url, enabled: true }, data });
      if (count === 0) return;
      await this.audit.record(tx, {
        actor: SENDER,
        action: 'webhook.disable',
        subject: { kind: 'webhook', id },
        details: { reason },
      });
    });
  }

  private async prune(): Promise<void> {
    const days = { waited: WAITED_DAYS, kept: this.options.keptDays };
    await pruneDeliveries(this.database, this.clock.now(), days);
  }
}
