import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@corefleet/platform/logger';
import { Bus } from './bus';
import { EventLog } from './event-log';
import { Presence } from './presence';
import { RedisConnections } from './redis-connections';

class RedisLifetime implements OnApplicationShutdown {
  constructor(private readonly redis: RedisConnections) {}

  onApplicationShutdown(): void {
    this.redis.close();
  }
}

/** Gives every provider of a process the same connections, bus and presence, closed last at shutdown. */
@Global()
@Module({})
export class RedisModule {
  static for(options: { url: string; prefix: string; logger: Logger }): DynamicModule {
    const redis = new RedisConnections(options.url, options.prefix, options.logger);
    const log = new EventLog(redis, options.logger);
    return {
      module: RedisModule,
      providers: [
        { provide: RedisConnections, useValue: redis },
        { provide: Bus, useValue: new Bus(redis, options.logger, log) },
        { provide: EventLog, useValue: log },
        { provide: Presence, useValue: new Presence(redis) },
        { provide: RedisLifetime, useFactory: () => new RedisLifetime(redis) },
      ],
      exports: [RedisConnections, Bus, EventLog, Presence],
    };
  }
}
