import { Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import { metrics } from '@corefleet/platform/metrics';

const PART = Symbol('PART');

/** Shows the connections to Postgres of one part of the process. */
@Injectable()
class PoolMetrics implements OnApplicationShutdown {
  private readonly remove: () => void;

  constructor({ pool }: Database, @Inject(PART) part: string) {
    this.remove = metrics.addSource(() => ({
      corefleet_database_connections: [
        { labels: { part, state: 'busy' }, value: pool.totalCount - pool.idleCount },
        { labels: { part, state: 'idle' }, value: pool.idleCount },
        { labels: { part, state: 'waiting' }, value: pool.waitingCount },
      ],
    }));
  }

  onApplicationShutdown(): void {
    this.remove();
  }
}

/** Needs a global `Database`. */
@Module({})
export class PoolMetricsModule {
  static for(part: string): DynamicModule {
    return { module: PoolMetricsModule, providers: [PoolMetrics, { provide: PART, useValue: part }] };
  }
}
