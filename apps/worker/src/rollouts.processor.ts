import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Job } from 'bullmq';
import { RolloutReconciler } from '@corefleet/features/rollouts';
import { ROLLOUTS_QUEUE, RolloutJob, TAKE_OVER, parseJob } from '@corefleet/platform/queue';

/** Job `reconcile`: moves a rollout on from what its rows say. Running twice at once is harmless. */
@Injectable()
@Processor(ROLLOUTS_QUEUE, { concurrency: 4, ...TAKE_OVER })
export class RolloutsProcessor extends WorkerHost {
  constructor(private readonly reconciler: RolloutReconciler) {
    super();
  }

  async process(job: Job): Promise<void> {
    await this.reconciler.reconcile(parseJob(RolloutJob, job).rolloutId);
  }
}
