import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Job } from 'bullmq';
import { RolloutJobs, RolloutReconciler } from '@corefleet/features/rollouts';
import { ROLLOUTS_QUEUE, RolloutJob, TAKE_OVER, parseJob } from '@corefleet/platform/queue';

/** A rollout that somebody else works on is looked at again so soon; until then one nudge of it waits. */
const AGAIN_MS = 100;

/**
 * Job `reconcile`: moves a rollout on from what its rows say. Running twice at once is harmless. Of nudges that wait one is
 * enough, so they are deduplicated; one that comes while its rollout is worked on is a job of its own, for it may tell of
 * rows that have been read already. It does not wait for the others, who may be long, but comes again.
 */
@Injectable()
@Processor(ROLLOUTS_QUEUE, { concurrency: 4, ...TAKE_OVER })
export class RolloutsProcessor extends WorkerHost {
  constructor(
    private readonly reconciler: RolloutReconciler,
    private readonly rollouts: RolloutJobs,
  ) {
    super();
  }

  async process(job: Job): Promise<void> {
    const { rolloutId } = parseJob(RolloutJob, job);
    await job.removeDeduplicationKey();
    const came = await this.reconciler.reconcile(rolloutId);
    if (came === 'taken') await this.rollouts.nudge([rolloutId], AGAIN_MS);
  }
}
