import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { FleetError } from '@corefleet/platform/errors';
import { Bus, type FleetEvent } from '@corefleet/platform/redis';
import { StreamCredentials } from '../access/stream-credentials';
import { EventStream, type StreamSink } from './event-stream';

const KEEP_ALIVE_MS = 15_000;
const STREAMS_MOST = 1_000;

/** More streams than this process carries: another one may have room. */
class TooManyStreamsError extends FleetError {
  readonly code = 'unavailable';
}

/** All live streams of this process over one subscription to the bus. */
@Injectable()
export class EventStreams implements OnModuleInit, OnModuleDestroy {
  private readonly streams = new Map<EventStream, string>();
  private keepAlive: NodeJS.Timeout | undefined;
  private unsubscribe: (() => Promise<void>) | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly credentials: StreamCredentials,
  ) {}

  async onModuleInit(): Promise<void> {
    this.unsubscribe = await this.bus.onEvent((event) => {
      for (const stream of this.streams.keys()) stream.offer(event);
    });
    this.keepAlive = setInterval(() => void this.keepAllAlive(), KEEP_ALIVE_MS);
  }

  /** Ends every stream, so that the server can close: clients come back to another process. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.keepAlive);
    for (const stream of this.streams.keys()) stream.end();
    this.streams.clear();
    await this.unsubscribe?.();
  }

  /** @throws TooManyStreamsError before a head is written */
  requireRoom(): void {
    if (this.streams.size >= STREAMS_MOST)
      throw new TooManyStreamsError('cannot open a stream: this server has too many');
  }

  /**
   * Adds a client.
   * @param bearer checked again while the stream lives: it ends soon after its credential
   * @returns what takes the client away
   */
  open(sink: StreamSink, bearer: string, wants: (event: FleetEvent) => boolean): () => void {
    const stream = new EventStream(sink, wants);
    this.streams.set(stream, bearer);
    return () => {
      this.streams.delete(stream);
      stream.end();
    };
  }

  private async keepAllAlive(): Promise<void> {
    for (const [stream, bearer] of this.streams) {
      if (await this.credentials.mayStay(bearer)) stream.keepAlive();
      else stream.end();
    }
  }
}
