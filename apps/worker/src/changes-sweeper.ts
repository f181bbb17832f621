import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { pruneChanges, pruneQuarantine } from '@corefleet/features/changes';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { Coalesced } from '@corefleet/platform/queue';

/** Days that changes are kept after they were ready, and what is quarantined. */
export const CHANGES_KEPT_DAYS = Symbol('CHANGES_KEPT_DAYS');

const EVERY_MS = 60_000;
/** Short steps, so that no table is held for long: 10,000 enrolments in a minute. */
const STEPS = 20;
const DAY_MS = 86_400_000;

/** Removes changes that are over, some at a time, round after round. Every worker does; twice at once is safe. */
@Injectable()
export class ChangesSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChangesSweeper.name);
  private readonly sweeping = new Coalesced(
    () => this.sweep(),
    (error) => this.logger.warn(`Changes not swept, the next sweep follows: ${String(error)}`),
  );
  private timer: NodeJS.Timeout | undefined;
  /** Where the round stands. */
  private from: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(CHANGES_KEPT_DAYS) private readonly keptDays: number,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.sweeping.ask(), EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping.idle();
  }

  private async sweep(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - this.keptDays * DAY_MS);
    let changes = 0;
    for (let step = 0; step < STEPS; step += 1) {
      const { next, removed } = await pruneChanges(this.database, before, this.from);
      this.from = next;
      changes += removed;
      if (next === undefined) break;
    }
    const quarantined = await pruneQuarantine(this.database, before);
    if (changes + quarantined > 0) this.logger.log(`Removed ${changes} changes and ${quarantined} quarantined items`);
  }
}
