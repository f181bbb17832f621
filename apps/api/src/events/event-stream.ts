import type { FleetEvent, LogEntry } from '@corefleet/platform/redis';
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
  private over = false;

  /**
   * @param wants which events the client asked for
   * @param position up to where the stream has been offered what happened
   * @param holding says nothing until `release`
   */
  constructor(
    private readonly sink: StreamSink,
    private readonly wants: (event: FleetEvent) => boolean,
    private readonly position: () => string,
    private holding = false,
  ) {}

  get ended(): boolean {
    return this.over;
  }

  /** Whether all that the stream has to say is that everything is to be read again. */
  get hasLost(): boolean {
    return this.buffer.isLost;
  }

  /** @param entry without events, what was missed is unknown: the client is to read everything again */
  offer(entry: LogEntry): void {
    if (this.over) return;
    if (!entry.events) this.buffer.lose();
    else for (const event of entry.events) if (this.wants(event)) this.buffer.add(event);
    this.flush();
  }

  /** What was missed before has been offered: says it, and goes on. */
  release(): void {
    this.holding = false;
    if (this.buffer.isEmpty()) this.write(this.here());
    else this.flush();
  }

  /** A comment, so that proxies and clients see that the stream lives. Cuts off a client that has not read since the last. */
  keepAlive(): void {
    if (this.draining) {
      this.end();
      this.sink.destroy();
    } else this.write(`: alive\n${this.buffer.isEmpty() && !this.holding ? this.here() : '\n'}`);
  }

  /** Ends the stream. Doing it again changes nothing. */
  end(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.pause);
    this.sink.end();
  }

  private flush(): void {
    if (this.over || this.holding || this.draining || this.pause !== undefined || this.buffer.isEmpty()) return;
    const { events, lost } = this.buffer.take();
    // The position stands in the last message: who is cut off before it hears the others again.
    this.write((lost ? 'event: reset\ndata: {}\n' : messages(events)) + this.here());
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.flush();
    }, PAUSE_MS);
  }

  private here(): string {
    return `id: ${this.position()}\n\n`;
  }

  private write(chunk: string): void {
    if (this.over || this.sink.write(chunk)) return;
    this.draining = true;
    this.sink.once('drain', () => {
      this.draining = false;
      this.flush();
    });
  }
}

/** One message for each topic, so that there are at most four a second of each; the last one is left open. */
function messages(events: readonly FleetEvent[]): string {
  const topics = new Map<string, FleetEvent[]>();
  for (const event of events) topics.set(event.topic, [...(topics.get(event.topic) ?? []), event]);
  return [...topics].map(([topic, each]) => `event: ${topic}\ndata: ${JSON.stringify(each)}\n`).join('\n');
}
