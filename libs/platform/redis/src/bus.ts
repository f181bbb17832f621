import { z } from 'zod';
import type { Logger } from '@corefleet/platform/logger';
import { EventLog, FleetEvent, parseJson } from './event-log';
import type { RedisConnections } from './redis-connections';

/** What the agent of a followed read may send, and for how long it is followed; without `upTo` it is not any more. */
const StreamCredit = z.object({
  enrolmentId: z.string(),
  commandId: z.string(),
  upTo: z.number().optional(),
  leaseMs: z.number(),
});
export type StreamCredit = z.infer<typeof StreamCredit>;

/** What an agent has sent of a followed read. */
const StreamPiece = z.union([
  z.object({ enrolmentId: z.string(), n: z.number(), entries: z.array(z.unknown()) }),
  /** Nothing more comes over this link, and why. */
  z.object({ enrolmentId: z.string(), ended: z.string() }),
]);
export type StreamPiece = z.infer<typeof StreamPiece>;

type Listener = (message: string) => void;

/** What processes tell each other alone: not for the log that live streams go on from. */
const INTERNAL: ReadonlySet<string> = new Set(['command-reports', 'enrolment-revoked', 'link-opened']);

/**
 * Redis pub/sub for what may be lost: events between processes, and nudges for the gateways. Events that people may follow
 * also go to the log that live streams read.
 * Publishing never throws: a lost message is made good by a sweep or a refetch.
 */
export class Bus {
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(
    private readonly redis: RedisConnections,
    private readonly logger: Logger,
    private readonly log = new EventLog(redis, logger),
  ) {
    redis.listener.on('message', (channel: string, message: string) => {
      for (const listener of this.listeners.get(channel) ?? []) listener(message);
    });
  }

  publishEvent(event: FleetEvent): void {
    this.publishEvents([event]);
  }

  publishEvents(events: readonly FleetEvent[]): void {
    if (events.length === 0) return;
    for (const topic of new Set(events.map((event) => event.topic))) {
      this.publish(`events.${topic}`, JSON.stringify(events.filter((event) => event.topic === topic)));
    }
    const shown = events.filter(({ topic }) => !INTERNAL.has(topic));
    if (shown.length > 0) this.log.append(shown);
  }

  /** Tells the gateway that these enrolments may have commands to pull. */
  publishNudge(gatewayId: string, enrolmentIds: readonly string[]): void {
    this.publish(`gateway.${gatewayId}`, JSON.stringify(enrolmentIds));
  }

  /** Only what is listened to reaches a process: most events are of commands. @returns a function that ends the subscription */
  async onEvent(topic: string, listener: (event: FleetEvent) => void): Promise<() => Promise<void>> {
    return this.subscribe(`events.${topic}`, z.array(FleetEvent), (events) => events.forEach(listener));
  }

  /** @returns a function that ends the subscription */
  async onNudge(gatewayId: string, listener: (enrolmentIds: string[]) => void): Promise<() => Promise<void>> {
    return this.subscribe(`gateway.${gatewayId}`, z.array(z.string()), listener);
  }

  /** To the gateway that holds the link. */
  publishCredit(gatewayId: string, credit: StreamCredit): void {
    this.publish(`credits.${gatewayId}`, JSON.stringify(credit));
  }

  /** @returns a function that ends the subscription */
  async onCredit(gatewayId: string, listener: (credit: StreamCredit) => void): Promise<() => Promise<void>> {
    return this.subscribe(`credits.${gatewayId}`, StreamCredit, listener);
  }

  /** To whoever follows the read. */
  publishPiece(commandId: string, piece: StreamPiece): void {
    this.publish(`stream.${commandId}`, JSON.stringify(piece));
  }

  /** @returns a function that ends the subscription */
  async onPiece(commandId: string, listener: (piece: StreamPiece) => void): Promise<() => Promise<void>> {
    return this.subscribe(`stream.${commandId}`, StreamPiece, listener);
  }

  private publish(name: string, message: string): void {
    this.redis.commands.publish(this.channel(name), message).catch((error: unknown) => {
      this.logger.warn({ error, channel: name }, 'Message not published');
    });
  }

  private async subscribe<T>(
    name: string,
    schema: z.ZodType<T>,
    listener: (value: T) => void,
  ): Promise<() => Promise<void>> {
    const channel = this.channel(name);
    const onMessage: Listener = (message) => {
      const parsed = schema.safeParse(parseJson(message));
      if (parsed.success) listener(parsed.data);
      else this.logger.warn({ channel: name }, 'Message of unknown shape dropped');
    };
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners.add(onMessage));
    await this.redis.listener.subscribe(channel);
    return async () => {
      listeners.delete(onMessage);
      if (listeners.size > 0) return;
      this.listeners.delete(channel);
      await this.redis.listener.unsubscribe(channel);
    };
  }

  private channel(name: string): string {
    return `${this.redis.prefix}.${name}`;
  }
}
