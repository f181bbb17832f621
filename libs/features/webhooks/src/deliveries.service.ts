import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { deliveryView, type DeliveryView } from './webhook-view';
import { find } from './webhooks.service';

export interface DeliveriesQuery {
  /** Id of the last one of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly status?: string | undefined;
}

/** Which ones are sent again: one, or those given up that happened in a time. */
export interface Replay {
  readonly deliveryId?: string | undefined;
  readonly deadSince?: string | undefined;
  readonly deadUntil?: string | undefined;
  readonly remark?: string | undefined;
}

/** The log of deliveries as people read it, and what they have sent again. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Newest first. @throws NotFoundError */
  async list(webhookId: string, query: DeliveriesQuery): Promise<{ items: DeliveryView[]; next?: string }> {
    await find(this.database.prisma, webhookId);
    const rows = await this.database.prisma.webhookDelivery.findMany({
      where: {
        webhookId,
        ...(query.status !== undefined && { status: query.status }),
        ...(query.cursor !== undefined && { id: { lt: BigInt(query.cursor) } }),
      },
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    const items = rows.slice(0, query.limit).map(deliveryView);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }

  /** Has the webhook told of a test, whatever it wants to hear. @throws NotFoundError */
  async ping(actor: Actor, webhookId: string): Promise<DeliveryView> {
    const now = this.clock.now();
    return this.database.transaction(async (tx) => {
      const { name } = await find(tx, webhookId);
      const subject = { kind: 'webhook', id: webhookId, name };
      const data = { subject, by: { kind: actor.kind, name: actor.name }, reason: 'a test' };
      const row = await tx.webhookDelivery.create({ data: { webhookId, type: 'webhook.ping', data, happenedAt: now } });
      await this.record(tx, { actor, act: 'ping', webhookId, details: { deliveryId: row.id.toString() } });
      return deliveryView(row);
    });
  }

  /**
   * Has deliveries sent again under their ids, with all attempts and the whole time before them. Those that wait are left alone.
   * @returns how many
   * @throws NotFoundError
   */
  async replay(actor: Actor, webhookId: string, { remark, ...which }: Replay): Promise<number> {
    const { deliveryId, deadSince, deadUntil } = which;
    const now = this.clock.now();
    return this.database.transaction(async (tx) => {
      await find(tx, webhookId);
      const one = deliveryId !== undefined;
      if (one && !(await tx.webhookDelivery.findFirst({ where: { webhookId, id: BigInt(deliveryId) } })))
        throw new NotFoundError('delivery', deliveryId);
      const { count } = await tx.webhookDelivery.updateMany({
        where: one
          ? { webhookId, id: BigInt(deliveryId), status: { not: 'waiting' } }
          : {
              webhookId,
              status: 'dead',
              happenedAt: { ...(deadSince && { gte: deadSince }), ...(deadUntil && { lt: deadUntil }) },
            },
        data: { status: 'waiting', attempts: 0, dueAt: null, endedAt: null, replayedAt: now },
      });
      await this.record(tx, { actor, act: 'replay', webhookId, remark, details: { ...which, count } });
      return count;
    });
  }

  private async record(
    tx: Transaction,
    said: { actor: Actor; act: string; webhookId: string; remark?: string | undefined; details: object },
  ): Promise<void> {
    const { actor, act, webhookId, remark, details } = said;
    const subject = { kind: 'webhook', id: webhookId };
    const why = remark !== undefined && { remark };
    await this.audit.record(tx, { actor, action: `webhook.${act}`, subject, ...why, details });
  }
}
