import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { ROLLOUTS_QUEUE, addBounded, type RolloutJob } from '@corefleet/platform/queue';

/** Nudges a rollout, unless a nudge of it waits. Losing one costs time only: the sweep reconciles every open rollout. */
@Injectable()
export class RolloutJobs {
  private readonly logger = new Logger(RolloutJobs.name);

  constructor(@InjectQueue(ROLLOUTS_QUEUE) private readonly queue: Queue<RolloutJob>) {}

  /**
   * While Redis is away it leaves them to the sweep.
   * @param delayMs until the nudge is worked on
   */
  async nudge(rolloutIds: readonly string[], delayMs = 0): Promise<void> {
    try {
      await addBounded(
        this.queue,
        rolloutIds.map((rolloutId) => ({
          name: 'reconcile',
          data: { v: 1, rolloutId },
          opts: { delay: delayMs, deduplication: { id: `rollout_${rolloutId}` } },
        })),
      );
    } catch (error) {
      this.logger.warn(`Rollouts not nudged, left to the sweep: ${String(error)}`);
    }
  }
}
