import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RolloutJobs, RolloutReconciler } from '@corefleet/features/rollouts';
import { Coalesced } from '@corefleet/platform/queue';
import { Bus } from '@corefleet/platform/redis';

const GATHER_MS = 200;

/** Has rollouts go on whose devices come back, as soon as a gateway says so; the sweep does it where that was lost. */
@Injectable()
export class ArrivalsListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ArrivalsListener.name);
  private readonly noting = new Coalesced(
    () => this.noteAll(),
    (error) => this.logger.warn(`Arrivals not noted, left to the sweep: ${String(error)}`),
  );
  private unsubscribe: (() => Promise<void>) | undefined;
  private gathering: NodeJS.Timeout | undefined;
  private arrived = new Set<string>();

  constructor(
    private readonly bus: Bus,
    private readonly reconciler: RolloutReconciler,
    private readonly rollouts: RolloutJobs,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.unsubscribe = await this.bus.onEvent('link-opened', ({ id }) => this.note(id));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.unsubscribe?.();
    clearTimeout(this.gathering);
    await this.noting.idle();
  }

  private note(enrolmentId: string): void {
    this.arrived.add(enrolmentId);
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.noting.ask();
    }, GATHER_MS);
  }

  private async noteAll(): Promise<void> {
    const arrived = [...this.arrived];
    this.arrived = new Set();
    await this.rollouts.nudge(await this.reconciler.noteArrivals(arrived));
  }
}
