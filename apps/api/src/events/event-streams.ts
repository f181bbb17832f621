import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { FleetError } from '@corefleet/platform/errors';
import type { Logger } from '@corefleet/platform/logger';
import { metrics } from '@corefleet/platform/metrics';
import { EventFeed, EventLog, RedisConnections, type FleetEvent } from '@corefleet/platform/redis';
import { StreamCredentials } from '../access/stream-credentials';
import { LOGGER } from '../providers';
import { EventStream, type StreamSink } from './event-stream';

const KEEP_ALIVE_MS = 15_000;
const STREAMS_MOST = 1_000;

/** More streams than this process carries: another one may have room. */
class TooManyStreamsError extends FleetError {
  readonly code = 'unavailable';
}

/** All live streams of this process over one reader of the log of events. */
@Injectable()
export class EventStreams implements OnModuleInit, OnModuleDestroy {
  private readonly streams = new Map<EventStream, string>();
  private readonly feed: EventFeed;
  private keepAlive: NodeJS.Timeout | undefined;
  private unwatch: (() => void) | undefined;
  /** One client after the other reads the log: a herd that comes back costs one page of memory. */
  private resuming = Promise.resolve();

  constructor(
    redis: RedisConnections,
    private readonly log: EventLog,
    private readonly credentials: StreamCredentials,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.feed = new EventFeed(redis, log, logger);
  }

  async onModuleInit(): Promise<void> {
    await this.feed.start((entry) => {
      for (const stream of this.streams.keys()) stream.offer(entry);
    });
    this.unwatch = metrics.addSource(() => ({ corefleet_live_streams: [{ value: this.streams.size }] }));
    this.keepAlive = setInterval(() => void this.keepAllAlive(), KEEP_ALIVE_MS);
  }

  /** Ends every stream, so that the server can close: clients come back to another process. */
  async onModuleDestroy(): Promise<void> {
    this.unwatch?.();
    clearInterval(this.keepAlive);
    for (const stream of this.streams.keys()) stream.end();
    this.streams.clear();
    await this.feed.stop();
  }

  /** @throws TooManyStreamsError before a head is written */
  requireRoom(): void {
    if (this.streams.size >= STREAMS_MOST)
      throw new TooManyStreamsError('cannot open a stream: this server has too many');
  }

  /**
   * Adds a client.
   * @param bearer checked again while the stream lives: it ends soon after its credential
   * @param after position of the last message the client has, when it comes back: it is told what it missed, or to read
   *   everything again
   * @returns what takes the client away
   */
  open(sink: StreamSink, bearer: string, wants: (event: FleetEvent) => boolean, after?: string): () => void {
    const stream = new EventStream(sink, wants, () => this.feed.position, true);
    this.streams.set(stream, bearer);
    if (after === undefined) stream.release();
    else this.resuming = this.resuming.then(() => this.resume(stream, after));
    return () => {
      this.streams.delete(stream);
      stream.end();
    };
  }

  /** The stream is offered what happens meanwhile too: hearing of a change twice does no harm. */
  private async resume(stream: EventStream, after: string): Promise<void> {
    if (stream.ended) return;
    try {
      for await (const entry of this.log.since(after)) {
        stream.offer(entry);
        if (stream.ended || stream.hasLost) break;
      }
    } catch (error) {
      this.logger.warn({ error }, 'What a client missed not read, it is told to read everything again');
      stream.offer({ position: after });
    }
    stream.release();
  }

  private async keepAllAlive(): Promise<void> {
    for (const [stream, bearer] of this.streams) {
      if (await this.credentials.mayStay(bearer)) stream.keepAlive();
      else stream.end();
    }
  }
}
