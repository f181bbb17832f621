import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Job } from 'bullmq';
import { parseJob, repeatStrategy, SCHEDULES_QUEUE, TAKE_OVER, TurnJob } from '@corefleet/platform/queue';
import { DueWork } from './due-work';

/** A job for each turn: the row says whether anything is due. Running twice, or for nothing, is harmless. */
@Injectable()
@Processor(SCHEDULES_QUEUE, { ...TAKE_OVER, settings: { repeatStrategy } })
export class TurnsProcessor extends WorkerHost {
  constructor(private readonly due: DueWork) {
    super();
  }

  async process(job: Job): Promise<void> {
    await this.due.run(job.name, parseJob(TurnJob, job).id);
  }
}
