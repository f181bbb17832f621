import { performance } from 'node:perf_hooks';
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
import { sendAway } from './send-away';
import { SignerTime } from './signer-time';
import { Uptime } from './uptime';
import { Wheel } from './wheel';

const GOING_AWAY = 1012;
const CLOSE_WITHIN_MS = 2_000;
/** Of the time to drain, for what was read to be stored once the links are gone; half of it where that is less. */
const STORE_WITHIN_MS = 10_000;

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
    private readonly uptime: Uptime,
    private readonly wheel: Wheel,
  ) {}

  /** @returns the address it listens on @throws when Redis is away or the port is taken */
  async open(): Promise<string> {
    await this.redis.ready();
    await this.guard.start();
    await this.transfers.start();
    await this.time.open();
    this.wheel.start();
    await this.sayUp();
    const url = await this.edge.listen();
    this.context.logger.info({ url, gatewayId: this.context.gatewayId }, 'Gateway open');
    return url;
  }

  /**
   * Sends the agents to the other gateways, at the pace those admit them; stores and acknowledges what was read, then
   * closes the sockets. It listens no more from the first moment on: a balancer goes on to the next gateway when one
   * refuses the connection.
   */
  async drain(): Promise<void> {
    const drainMs = this.context.config.COREFLEET_DRAIN_MS;
    this.health.drain();
    this.edge.stopListening();
    await this.sayDown();
    await this.moveLinks(drainMs - Math.min(STORE_WITHIN_MS, drainMs / 2));
    await this.lanes.drain(Math.min(STORE_WITHIN_MS, drainMs / 2));
    await this.closeSockets();
    await this.guard.stop();
    await this.transfers.stop();
    this.wheel.stop();
    await this.leaveTraces();
    await this.time.close();
    this.context.logger.info({ gatewayId: this.context.gatewayId }, 'Gateway drained');
  }

  /** From the start, so that a gateway that drains next knows of this one. */
  private async sayUp(): Promise<void> {
    try {
      await this.uptime.say();
    } catch (error) {
      this.context.logger.warn({ error }, 'Not said that this gateway is up, it is tried again');
    }
  }

  /** Before any agent is moved: gateways that drain at once do not count on each other. */
  private async sayDown(): Promise<void> {
    try {
      await this.uptime.end();
    } catch (error) {
      this.context.logger.warn({ error }, 'Not said that this gateway is down, others count on it for half a minute');
    }
  }

  private async moveLinks(withinMs: number): Promise<void> {
    const untilMs = performance.now() + withinMs;
    const { COREFLEET_ADMISSIONS_PER_SECOND: perSecond } = this.context.config;
    const others = await this.others();
    this.context.logger.info({ links: this.registry.size, others }, 'Sending the agents away');
    await sendAway([...this.registry.links()], { perSecond: others * perSecond, untilMs }, perSecond);
  }

  /** Gateways that can take the agents, if they admit as fast as this one. */
  private async others(): Promise<number> {
    if (this.registry.size === 0) return 0;
    try {
      return await this.uptime.others();
    } catch (error) {
      this.context.logger.warn({ error }, 'Other gateways not found, all agents are sent away at once');
      return 0;
    }
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
