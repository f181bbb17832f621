import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { RedisConnections } from '@corefleet/platform/redis';
import { EventOutbox } from './event-outbox';
import { Transfers } from './files/transfers';
import { GatewayContext } from './gateway-context';
import { HealthService } from './health.service';
import { HttpEdge } from './http-edge';
import { LinkGuard } from './link-guard.service';
import { LinkRecords } from './link-records';
import { LinkRegistry } from './link-registry';
import { ReportLanes } from './report-lanes';
import { SignerTime } from './signer-time';
import { Wheel } from './wheel';

const GOING_AWAY = 1012;
const CLOSE_WITHIN_MS = 2_000;
const COME_BACK_AFTER_MS = 500;
const LEAST_JITTER_MS = 1_000;

/** Opens and drains a gateway. */
@Injectable()
export class GatewayService {
  constructor(
    private readonly context: GatewayContext,
    private readonly edge: HttpEdge,
    private readonly guard: LinkGuard,
    private readonly transfers: Transfers,
    private readonly registry: LinkRegistry,
    private readonly records: LinkRecords,
    private readonly lanes: ReportLanes,
    private readonly health: HealthService,
    private readonly time: SignerTime,
    private readonly outbox: EventOutbox,
    private readonly redis: RedisConnections,
    private readonly wheel: Wheel,
  ) {}

  /** @returns the address it listens on @throws when Redis is away or the port is taken */
  async open(): Promise<string> {
    await this.redis.ready();
    await this.guard.start();
    await this.transfers.start();
    await this.time.open();
    this.wheel.start();
    const url = await this.edge.listen();
    this.context.logger.info({ url, gatewayId: this.context.gatewayId }, 'Gateway open');
    return url;
  }

  /** Tells every agent when to come back, stores and acknowledges what was read, then closes the sockets. */
  async drain(): Promise<void> {
    this.health.drain();
    this.edge.stopListening();
    this.sayBye();
    await this.lanes.drain(this.context.config.COREFLEET_DRAIN_MS);
    await this.closeSockets();
    await this.guard.stop();
    await this.transfers.stop();
    this.wheel.stop();
    await this.leaveTraces();
    await this.time.close();
    this.context.logger.info({ gatewayId: this.context.gatewayId }, 'Gateway drained');
  }

  /** Spread over the time the other gateways need to admit them all, if they admit as fast as this one. */
  private sayBye(): void {
    const perSecond = this.context.config.COREFLEET_ADMISSIONS_PER_SECOND;
    const jitterMs = Math.max(LEAST_JITTER_MS, Math.ceil((this.registry.size / perSecond) * 1_000));
    for (const link of this.registry.links())
      link.deliver({ kind: 'draining', reconnectAfterMs: COME_BACK_AFTER_MS, jitterMs });
  }

  private async closeSockets(): Promise<void> {
    for (const link of this.registry.links()) {
      link.socket.resume();
      link.socket.close(GOING_AWAY, 'draining');
    }
    const until = Date.now() + CLOSE_WITHIN_MS;
    while (this.openSockets().length > 0 && Date.now() < until) await sleep(10);
    for (const link of this.openSockets()) link.socket.terminate();
  }

  private openSockets() {
    return [...this.registry.links(), ...this.registry.departing()];
  }

  private async leaveTraces(): Promise<void> {
    this.outbox.flush();
    try {
      await this.records.flush();
    } catch (error) {
      this.context.logger.warn({ error }, 'Last heartbeats not written');
    }
  }
}
