import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { DeliveriesService } from '../deliveries.service';
import { WebhookSender } from '../webhook-sender';
import type { DeliveryView, WebhookWithSecret } from '../webhook-view';
import { WebhooksService } from '../webhooks.service';
import { Receiver } from './receiver';

export const ADA: Actor = { kind: 'person', id: 'u1', name: 'ada' };

class TestClock extends Clock {
  aheadMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

/** Webhooks over a database of their own, as the roles of api and worker, with real senders and receivers. */
export class WebhookStand {
  readonly clock = new TestClock();
  readonly audit: AuditService;
  readonly webhooks: WebhooksService;
  readonly deliveries: DeliveriesService;
  private senders: WebhookSender[] = [];
  private receivers: Receiver[] = [];

  private constructor(
    private readonly files: TestDatabase,
    readonly owner: Database,
    readonly api: Database,
    readonly worker: Database,
  ) {
    this.audit = new AuditService(api);
    this.webhooks = new WebhooksService(api, this.audit, this.clock, new Ids());
    this.deliveries = new DeliveriesService(api, this.audit, this.clock);
  }

  static async start(): Promise<WebhookStand> {
    const files = await createTestDatabase();
    const connect = (url: string) => new Database({ url, connections: 6, onIdleError: () => undefined });
    const [api, worker] = [connect(files.url('corefleet_api')), connect(files.url('corefleet_worker'))];
    return new WebhookStand(files, connect(files.url()), api, worker);
  }

  get ownerUrl(): string {
    return this.files.url();
  }

  async stop(): Promise<void> {
    await Promise.all([this.owner.close(), this.api.close(), this.worker.close()]);
    await this.files.drop();
  }

  /** After each test: nothing runs, and nothing is left. */
  async clear(): Promise<void> {
    await Promise.all(this.senders.map((sender) => sender.onApplicationShutdown()));
    await Promise.all(this.receivers.map((receiver) => receiver.stop()));
    [this.senders, this.receivers, this.clock.aheadMs] = [[], [], 0];
    await this.owner.pool.query('TRUNCATE webhooks, webhook_secrets, webhook_deliveries');
  }

  /** A worker's part of it. @param allow where it may send to: this machine, unless a test says otherwise */
  startSender(allow = ['127.0.0.0/8']): void {
    const options = { allow, publicUrl: 'https://fleet.example/', keptDays: 30 };
    const sender = new WebhookSender(this.worker, new AuditService(this.worker), this.clock, options);
    sender.onApplicationBootstrap();
    this.senders.push(sender);
  }

  async startReceiver(): Promise<Receiver> {
    const receiver = await Receiver.start();
    this.receivers.push(receiver);
    return receiver;
  }

  hook(receiver: Receiver, events = ['*'], name = `hook ${Math.random()}`): Promise<WebhookWithSecret> {
    return this.webhooks.create(ADA, { name, url: receiver.url, events });
  }

  /** Somebody does something with a rollout. */
  act(action: string, id = 'r1', details: object = {}): Promise<bigint> {
    const entry = { actor: ADA, action, subject: { kind: 'rollout', id }, remark: 'why', details };
    return this.api.transaction((tx) => this.audit.record(tx, entry));
  }

  async log(webhookId: string): Promise<DeliveryView[]> {
    return (await this.deliveries.list(webhookId, { limit: 100 })).items;
  }

  async actions(subjectId: string): Promise<string[]> {
    return (await this.audit.list({ limit: 50, subjectId })).items.map(({ action }) => action);
  }
}
