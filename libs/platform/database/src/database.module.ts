import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@corefleet/platform/logger';
import { Database } from './database';

class DatabaseLifetime implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

/** Gives every provider of a process the same `Database`, closed last at shutdown. */
@Global()
@Module({})
export class DatabaseModule {
  static for(options: { url: string; connections: number; logger: Logger }): DynamicModule {
    const onIdleError = (error: Error): void => options.logger.warn({ error }, 'Idle database connection broke');
    const database = new Database({ url: options.url, connections: options.connections, onIdleError });
    return {
      module: DatabaseModule,
      providers: [
        { provide: Database, useValue: database },
        { provide: DatabaseLifetime, useFactory: () => new DatabaseLifetime(database) },
      ],
      exports: [Database],
    };
  }
}
