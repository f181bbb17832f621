import { randomUUID } from 'node:crypto';
import { Database } from '@corefleet/platform/database';
import { createLogger } from '@corefleet/platform/logger';
import { Bus, RedisConnections } from '@corefleet/platform/redis';
import { GatewayRows, InstantDevice, enrolDevices, type Enrolled } from '@corefleet/testing/closed-loop-fleet';
import type { BenchConfig } from '../process/settings';

const MAKE = { brandId: 'acme', model: 'instant' };
const PREFIX = 'corefleet';
const ENROL_BATCH = 10_000;
const PAUSE_MS = 5;
/** Every device is heard of in this time, a part of them each second. */
const BEAT_SECONDS = 30;

/**
 * Devices without sockets and without snapds, whose every command succeeds at once: commands are taken from Postgres and
 * results given to it as the gateway's role does, so that what is measured is the worker, the signer and the database.
 */
export class InstantFleet {
  private readonly logger = createLogger('bench', 'warn');
  private readonly redis: RedisConnections;
  private readonly owner: Database;
  private readonly gateway: Database;
  private readonly rows: GatewayRows;
  private readonly devices = new Map<string, InstantDevice>();
  private readonly id = randomUUID();
  private running: Promise<unknown> | undefined;
  private stopped = false;

  constructor(config: BenchConfig) {
    const connect = (url: string): Database =>
      new Database({ url, connections: 2, onIdleError: (error) => this.logger.warn({ error }, 'Connection broke') });
    this.owner = connect(config.COREFLEET_DATABASE_URL);
    this.gateway = connect(config.COREFLEET_GATEWAY_DATABASE_URL);
    this.rows = new GatewayRows(this.gateway);
    this.redis = new RedisConnections(config.COREFLEET_REDIS_URL, PREFIX, this.logger);
  }

  /** Enrols so many devices more, with that label `bench`, and has them heard of. */
  async add(count: number, bench: string): Promise<void> {
    for (let at = 0; at < count; at += ENROL_BATCH) {
      const nowMs = Date.now();
      const enrolled = await this.enrol(at, Math.min(at + ENROL_BATCH, count), bench);
      const made = enrolled.map((device) => new InstantDevice(device, nowMs));
      for (const device of made) this.devices.set(device.enrolmentId, device);
      await this.rows.touch(made, new Date());
    }
  }

  /** Enrols devices that never come. */
  async addUnheard(count: number, bench: string): Promise<void> {
    await this.enrol(0, count, bench);
  }

  /** Answers commands until `stop`. */
  async start(): Promise<void> {
    await this.redis.ready();
    const bus = new Bus(this.redis, this.logger);
    this.running = Promise.all([this.answer(bus), this.beat()]);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    this.redis.close();
    await Promise.all([this.gateway.close(), this.owner.close()]);
  }

  private enrol(from: number, to: number, bench: string): Promise<Enrolled[]> {
    const wanted = Array.from({ length: to - from }, (_, n) => ({ serial: `${bench}-${from + n}`, labels: { bench } }));
    return enrolDevices(this.owner, MAKE, wanted);
  }

  private async answer(bus: Bus): Promise<void> {
    while (!this.stopped) {
      const now = new Date();
      const given = await this.rows.handOut(this.devices, now);
      if (given.size === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      else {
        await this.rows.store(given);
        bus.publishEvent({ topic: 'command-reports', id: this.id, version: now.getTime() });
      }
    }
  }

  private async beat(): Promise<void> {
    for (let second = 0; !this.stopped; second = (second + 1) % BEAT_SECONDS) {
      const due = [...this.devices.values()].filter((_, at) => at % BEAT_SECONDS === second);
      await this.rows.touch(due, new Date());
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}
