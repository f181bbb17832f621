import type { FleetEvent } from '@corefleet/platform/redis';
import { EventBuffer } from './event-buffer';

/** What a stream needs of Node's ServerResponse. */
export interface StreamSink {
  /** @returns false when the client is slower than we are: wait for `drain` */
  write(chunk: string): boolean;
  end(): void;
  destroy(): void;
  once(event: 'drain', listener: () => void): unknown;
}

/** At most four times a second: what happens within is said once, with its newest version. */
const PAUSE_MS = 250;
/** Things one stream remembers while it pauses or its client does not read. */
const WAITING_MOST = 1_000;

/**
 * One client's live events. Says the first event at once, then pauses and gathers.
 * A client that does not read costs one buffer: nothing is written until it drains, and a silent one is cut off.
 */
export class EventStream {
  private readonly buffer = new EventBuffer(WAITING_MOST);
  private pause: NodeJS.Timeout | undefined;
  private draining = false;
  private ended = false;

  /** @param wants which events the client asked for */
  constructor(
    private readonly sink: StreamSink,
    private readonly wants: (event: FleetEvent) => boolean,
  ) {}

  offer(event: FleetEvent): void {
    if (this.ended || !this.wants(event)) return;
    this.buffer.add(event);
    this.flush();
  }

  /** A comment, so that proxies and clients see that the stream lives. Cuts off a client that has not read since the last. */
  keepAlive(): void {
    if (this.draining) {
      this.end();
      this.sink.destroy();
    } else this.write(': alive\n\n');
  }

  /** Ends the stream. Doing it again changes nothing. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.pause);
    this.sink.end();
  }

  private flush(): void {
    if (this.ended || this.draining || this.pause !== undefined || this.buffer.isEmpty()) return;
    const { events, lost } = this.buffer.take();
    this.write(events.map(message).join('') + (lost ? 'event: lost\ndata: {}\n\n' : ''));
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.flush();
    }, PAUSE_MS);
  }

  private write(chunk: string): void {
    if (this.ended || this.sink.write(chunk)) return;
    this.draining = true;
    this.sink.once('drain', () => {
      this.draining = false;
      this.flush();
    });
  }
}

const message = (event: FleetEvent): string => `event: ${event.topic}\ndata: ${JSON.stringify(event)}\n\n`;
