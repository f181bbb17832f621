import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '@corefleet/platform/clock';
import { Database, keepHistoryPartitions } from '@corefleet/platform/database';
import { Coalesced } from '@corefleet/platform/queue';

/** Days that a history is kept which has no number of its own. */
export const HISTORY_KEPT_DAYS = Symbol('HISTORY_KEPT_DAYS');

/** Partitions are made a week ahead, and nobody waits for one to be gone. */
const EVERY_MS = 3_600_000;

/**
 * Makes the partitions that histories write to, before they are needed, and drops those that are over. Every worker does;
 * twice at once is safe.
 */
@Injectable()
export class HistoryKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(HistoryKeeper.name);
  private readonly keeping = new Coalesced(
    () => this.keep(),
    (error) => this.logger.warn(`Histories not kept, tried again in an hour: ${String(error)}`),
  );
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(HISTORY_KEPT_DAYS) private readonly keptDays: number,
  ) {}

  onApplicationBootstrap(): void {
    this.keeping.ask();
    this.timer = setInterval(() => this.keeping.ask(), EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.keeping.idle();
  }

  private async keep(): Promise<void> {
    const { made, dropped, putOff } = await keepHistoryPartitions(this.database, this.clock.now(), this.keptDays);
    if (made.length > 0) this.logger.log(`Made partitions of histories: ${made.join(', ')}`);
    if (dropped.length > 0) this.logger.log(`Dropped partitions of histories: ${dropped.join(', ')}`);
    if (putOff.length > 0) this.logger.warn(`Put off as somebody holds them: ${putOff.join(', ')}`);
  }
}
