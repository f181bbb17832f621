import type { Redis } from 'ioredis';
import type { Logger } from '@corefleet/platform/logger';
import type { EventLog, LogEntry } from './event-log';
import type { RedisConnections } from './redis-connections';

const WAIT_MS = 2_000;
const AGAIN_MS = 250;

/**
 * Follows the log of events from now on, for all live streams of a process, over a connection of its own. Tells each entry once
 * and in order, and a gap where some may be missing: after Redis was away or emptied, and when more came than the log keeps.
 */
export class EventFeed {
  private reader: Redis | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private at = '';

  constructor(
    private readonly redis: RedisConnections,
    private readonly log: EventLog,
    private readonly logger: Logger,
  ) {}

  /** Where the feed is: all up to there has been told. */
  get position(): string {
    return this.at;
  }

  /** @throws when Redis does not answer within ten seconds */
  async start(listener: (entry: LogEntry) => void): Promise<void> {
    await this.redis.ready();
    this.at = await this.log.newest();
    this.reader = this.redis.open({ maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false });
    this.running = this.run(this.reader, listener);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.reader?.disconnect();
    await this.running;
  }

  private async run(reader: Redis, listener: (entry: LogEntry) => void): Promise<void> {
    const tell = (entry: LogEntry): void => {
      this.at = entry.position;
      listener(entry);
    };
    let broken = false;
    while (!this.stopped) {
      try {
        const entries = broken ? [] : await this.log.next(reader, this.at, WAIT_MS);
        // Looked at after reading: as long as the entry told last is there, none was lost between it and these.
        if (!broken && (await this.log.has(this.at))) entries.forEach(tell);
        else tell({ position: await this.log.newest() });
        broken = false;
      } catch (error) {
        if (this.stopped) return;
        if (!broken) this.logger.warn({ error }, 'Live events not read, a gap will be told');
        broken = true;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }
}
