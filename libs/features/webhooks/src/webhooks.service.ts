import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import { newWebhookSecret } from './signature';
import { webhookView, type WebhookView, type WebhookWithSecret } from './webhook-view';

export interface NewWebhook {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly remark?: string | undefined;
}

export interface ChangedWebhook {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  /** Deliveries of a disabled one wait; nothing that happens meanwhile is told. */
  readonly enabled?: boolean | undefined;
  readonly remark?: string | undefined;
}

const WEBHOOKS_MOST = 50;

/** Webhooks as people make and change them. Writer of `webhooks` and `webhook_secrets`, beside the sender. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** By name. There are at most fifty. */
  async list(): Promise<WebhookView[]> {
    const rows = await this.database.prisma.webhook.findMany({ orderBy: { name: 'asc' } });
    const counts = await this.database.prisma.webhookDelivery.groupBy({
      by: ['webhookId'],
      where: { status: 'waiting', webhookId: { in: rows.map(({ id }) => id) } },
      _count: true,
    });
    const waiting = new Map(counts.map(({ webhookId, _count }) => [webhookId, _count]));
    return rows.map((row) => webhookView(row, waiting.get(row.id) ?? 0));
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<WebhookView> {
    const row = await find(this.database.prisma, id);
    const waiting = await this.database.prisma.webhookDelivery.count({ where: { webhookId: id, status: 'waiting' } });
    return webhookView(row, waiting);
  }

  /** @returns it with its secret, which nobody is shown again. @throws ConflictError for a name that is taken, or one too many */
  async create(actor: Actor, { remark, ...given }: NewWebhook): Promise<WebhookWithSecret> {
    const id = this.ids.uuid();
    const secret = newWebhookSecret();
    await this.database.transaction(async (tx) => {
      await this.requireName(tx, given.name);
      if ((await tx.webhook.count()) >= WEBHOOKS_MOST)
        throw new ConflictError(`cannot create webhook "${given.name}": there are ${WEBHOOKS_MOST} already`);
      const data = { ...given, events: [...given.events], enabled: true };
      await tx.webhook.create({ data: { id, ...data, createdBy: actor.name, createdAt: this.clock.now() } });
      await this.addSecret(tx, id, secret);
      await this.record(tx, { actor, act: 'create', id, remark, details: { ...given, url: shownUrl(given.url) } });
    });
    return { ...(await this.get(id)), secret };
  }

  /** Enabling forgets the failures. @throws NotFoundError; ConflictError for a name that is taken */
  async change(actor: Actor, id: string, { remark, ...given }: ChangedWebhook): Promise<WebhookView> {
    await this.database.transaction(async (tx) => {
      const before = await find(tx, id);
      if (given.name !== undefined && given.name !== before.name) await this.requireName(tx, given.name);
      const { name = before.name, url = before.url, events = before.events, enabled = before.enabled } = given;
      const anew = enabled && !before.enabled && { failures: 0, retryAt: null, disabledReason: null };
      const data = { name, url, events: [...events], enabled, version: { increment: 1 }, ...anew };
      await tx.webhook.update({ where: { id }, data });
      const after = { ...given, ...(given.url !== undefined && { url: shownUrl(given.url) }) };
      await this.record(tx, { actor, act: 'change', id, remark, details: { name: before.name, after } });
    });
    return this.get(id);
  }

  /** With its secrets and deliveries. @throws NotFoundError */
  async remove(actor: Actor, id: string, remark?: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { name } = await find(tx, id);
      await tx.webhook.delete({ where: { id } });
      await this.record(tx, { actor, act: 'remove', id, remark, details: { name } });
    });
    // After the commit, as it may take long: what a process that dies here leaves, the worker removes.
    await this.database.prisma.webhookDelivery.deleteMany({ where: { webhookId: id } });
  }

  /**
   * A new secret. Messages are signed with both until the old one's time is over.
   * @param overlapSeconds for which receivers may still know the old one (>= 0)
   * @throws NotFoundError
   */
  async rotateSecret(actor: Actor, id: string, overlapSeconds: number, remark?: string): Promise<WebhookWithSecret> {
    const secret = newWebhookSecret();
    const validUntil = new Date(this.clock.now().getTime() + overlapSeconds * 1000);
    await this.database.transaction(async (tx) => {
      await find(tx, id);
      const replaced = { webhookId: id, OR: [{ validUntil: null }, { validUntil: { gt: validUntil } }] };
      await tx.webhookSecret.updateMany({ where: replaced, data: { validUntil } });
      await this.addSecret(tx, id, secret);
      await this.record(tx, { actor, act: 'rotate-secret', id, remark, details: { oldValidUntil: validUntil } });
    });
    return { ...(await this.get(id)), secret };
  }

  private async addSecret(tx: Transaction, webhookId: string, secret: string): Promise<void> {
    const data = { id: this.ids.uuid(), webhookId, secret, createdAt: this.clock.now() };
    await tx.webhookSecret.create({ data, select: { id: true } });
  }

  private async requireName(tx: Transaction, name: string): Promise<void> {
    await tx.$executeRaw`LOCK TABLE webhooks IN SHARE ROW EXCLUSIVE MODE`; // those who make and name them take turns
    if (await tx.webhook.findUnique({ where: { name } }))
      throw new ConflictError(`cannot name webhook "${name}": there is one of that name`);
  }

  private async record(
    tx: Transaction,
    said: { actor: Actor; act: string; id: string; remark: string | undefined; details: object },
  ): Promise<void> {
    const { actor, act, id, remark, details } = said;
    const subject = { kind: 'webhook', id };
    const why = remark !== undefined && { remark };
    await this.audit.record(tx, { actor, action: `webhook.${act}`, subject, ...why, details });
  }
}

/** @throws NotFoundError */
export async function find(tx: Pick<Transaction, 'webhook'>, id: string) {
  const row = await tx.webhook.findUnique({ where: { id } });
  if (!row) throw new NotFoundError('webhook', id);
  return row;
}

/** What the audit keeps of a URL: its path and query may be a secret of the receiver. */
const shownUrl = (url: string): string => new URL(url).origin;
