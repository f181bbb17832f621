import { InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { QueueEvents, type Job, type Queue } from 'bullmq';
import {
  Batcher,
  COMMANDS_QUEUE,
  CommandJob,
  SIGNING_QUEUE,
  SigningAnswer,
  parseJob,
  type SigningJob,
} from '@corefleet/platform/queue';
import { Nudges } from './nudges';

/** How long the signer may take over one batch; after that BullMQ tries the commands again. */
const SIGNING_TIMEOUT_MS = 20_000;

/** Enough answers are kept for whoever waits for one to find it. */
const KEPT_ANSWERS = { count: 1_000 };

/**
 * One job for each command: has it signed, then nudges the gateway that holds the device.
 * Jobs that are there at the same time are signed in one batch. Running twice is harmless: the signer leaves out what
 * is signed, and a nudge carries nothing.
 */
@Injectable()
@Processor(COMMANDS_QUEUE, { concurrency: 200 })
export class CommandsProcessor extends WorkerHost implements OnApplicationShutdown {
  private readonly batcher = new Batcher<string, undefined>((ids) => this.signAndNudge(ids), {
    maxItems: 500,
    parallel: 2,
  });
  private readonly answers: QueueEvents;

  constructor(
    @InjectQueue(SIGNING_QUEUE) private readonly signing: Queue<SigningJob>,
    private readonly nudges: Nudges,
  ) {
    super();
    const { connection, prefix } = signing.opts;
    this.answers = new QueueEvents(SIGNING_QUEUE, { connection, ...(prefix === undefined ? {} : { prefix }) });
  }

  async process(job: Job): Promise<void> {
    await this.batcher.add(parseJob(CommandJob, job).commandId);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.answers.close();
  }

  private async signAndNudge(commandIds: string[]): Promise<undefined[]> {
    const ask: SigningJob = { v: 1, sign: 'commands', commandIds };
    const job = await this.signing.add('commands', ask, { removeOnComplete: KEPT_ANSWERS });
    const answer = SigningAnswer.parse(await job.waitUntilFinished(this.answers, SIGNING_TIMEOUT_MS));
    if (answer.sign === 'commands') await this.nudges.send(answer.enrolmentIds);
    return commandIds.map(() => undefined);
  }
}
