import { performance } from 'node:perf_hooks';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { foldReports, type FoldedCommand } from '@corefleet/features/commands';
import { RolloutJobs } from '@corefleet/features/rollouts';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { Coalesced } from '@corefleet/platform/queue';
import { Bus } from '@corefleet/platform/redis';

const GATHER_MS = 20;

/** Folds what agents reported into their commands, as soon as a gateway says that there is something. */
@Injectable()
export class ReportFolder implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ReportFolder.name);
  private readonly folding = new Coalesced(
    () => this.foldAll(),
    (error) => this.logger.warn(`Reports not folded, left to the sweep: ${String(error)}`),
  );
  private unsubscribe: (() => Promise<void>) | undefined;
  private gathering: NodeJS.Timeout | undefined;
  private foldedAtMs = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly bus: Bus,
    private readonly rollouts: RolloutJobs,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.unsubscribe = await this.bus.onEvent('command-reports', () => this.fold());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.unsubscribe?.();
    clearTimeout(this.gathering);
    await this.folding.idle();
  }

  /** Safe to call at any time. Folds at once, as somebody may wait for it, and then what came in the same moment together. */
  fold(): void {
    const waitMs = Math.max(0, this.foldedAtMs + GATHER_MS - performance.now());
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.foldedAtMs = performance.now();
      this.folding.ask();
    }, waitMs);
  }

  /** Tells whoever looks on, and the rollouts they belong to, that commands moved. */
  async announce(moved: readonly FoldedCommand[]): Promise<void> {
    const version = Date.now();
    this.bus.publishEvents(moved.map(({ id }) => ({ topic: 'commands', id, version })));
    const rolloutIds = [...new Set(moved.flatMap(({ rolloutId }) => (rolloutId ? [rolloutId] : [])))];
    this.bus.publishEvents(rolloutIds.map((id) => ({ topic: 'rollouts', id, version })));
    if (rolloutIds.length > 0) await this.rollouts.nudge(rolloutIds);
  }

  private async foldAll(): Promise<void> {
    for (;;) {
      const { folded, more } = await foldReports(this.database, this.clock.now());
      await this.announce(folded);
      if (!more) return;
    }
  }
}
