import Redis, { type RedisOptions } from 'ioredis';
import type { Logger } from '@corefleet/platform/logger';

const RETRY_MAX_MS = 2_000;

/**
 * The process's connections to Redis: one for commands, one that only listens to channels.
 * Commands fail at once while Redis is away (everything in Redis is a nudge that a sweep makes good);
 * both reconnect by themselves for ever.
 */
export class RedisConnections {
  readonly commands: Redis;
  readonly listener: Redis;
  private readonly opened: Redis[] = [];

  constructor(
    readonly url: string,
    readonly prefix: string,
    private readonly logger: Logger,
  ) {
    this.commands = this.connect({ enableOfflineQueue: false, maxRetriesPerRequest: 1 });
    // A subscription may be sent before the ready check, whose INFO a listening connection refuses: then both would fail.
    this.listener = this.connect({ maxRetriesPerRequest: null, enableReadyCheck: false });
  }

  /** Resolves once Redis answers. @throws when it does not within `timeoutMs` */
  async ready(timeoutMs = 10_000): Promise<void> {
    if (this.commands.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('cannot reach Redis')), timeoutMs);
      this.commands.once('ready', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  close(): void {
    this.commands.disconnect();
    this.listener.disconnect();
    for (const connection of this.opened) connection.disconnect();
  }

  /** One more connection, for commands that wait; closed with the others at the latest. */
  open(options: RedisOptions): Redis {
    const connection = this.connect(options);
    this.opened.push(connection);
    return connection;
  }

  private connect(options: RedisOptions): Redis {
    const connection = new Redis(this.url, {
      ...options,
      retryStrategy: (attempt) => Math.min(attempt * 50, RETRY_MAX_MS),
    });
    connection.on('error', (error: Error) => this.logger.warn({ error: error.message }, 'Redis connection broke'));
    return connection;
  }
}
