import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { QueueEvents, type Queue } from 'bullmq';
import type { SignedTime } from '@corefleet/contracts/device-protocol';
import { Ids } from '@corefleet/platform/clock';
import { Batcher, SIGNING_QUEUE, SigningAnswer, type SigningJob } from '@corefleet/platform/queue';
import { RedisConnections } from '@corefleet/platform/redis';
import { GatewayContext } from './gateway-context';

interface Hello {
  readonly enrolmentId: string;
  readonly nonce: string;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The signer is a queue away: longer than this, and it is asked again. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * The signer's clock, said over nonces of hellos: one job for all that came in the same moment.
 * Answers are matched here rather than by BullMQ's `waitUntilFinished`, which ends the process by an unhandled rejection
 * when Redis breaks while it looks the job up, and has no way to be called off.
 */
@Injectable()
export class SignerTime {
  private readonly asks: Batcher<Hello, SignedTime>;
  private readonly answers: QueueEvents;
  private readonly waiting = new Map<string, Waiting>();
  private closed = false;

  constructor(
    @InjectQueue(SIGNING_QUEUE) private readonly queue: Queue,
    private readonly ids: Ids,
    private readonly context: GatewayContext,
    redis: RedisConnections,
  ) {
    this.answers = new QueueEvents(SIGNING_QUEUE, {
      connection: { url: redis.url, maxRetriesPerRequest: null },
      prefix: `${redis.prefix}:queue`,
    });
    this.answers.on('error', (error) =>
      context.logger.warn({ error: error.message }, 'Connection for the answers of the signer broke'),
    );
    this.answers.on('completed', ({ jobId, returnvalue }) => this.settle(jobId)?.resolve(returnvalue));
    this.answers.on('failed', ({ jobId, failedReason }) => this.settle(jobId)?.reject(new Error(failedReason)));
    this.asks = new Batcher((hellos) => this.ask(hellos), { maxItems: 1_000, parallel: 2 });
  }

  /** Resolves once answers are listened for. */
  async open(): Promise<void> {
    await this.answers.waitUntilReady();
  }

  /** @throws when the signer does not answer in time */
  sign(enrolmentId: string, nonce: string): Promise<SignedTime> {
    return this.asks.add({ enrolmentId, nonce });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const jobId of this.waiting.keys())
      this.settle(jobId)?.reject(new Error('cannot get the time: the gateway stops'));
    await this.answers.close();
  }

  private async ask(hellos: Hello[]): Promise<SignedTime[]> {
    if (this.closed) throw new Error('cannot get the time: the gateway stops');
    const payload: SigningJob = { v: 1, hellos };
    const jobId = `time_${this.ids.uuid()}`;
    const answered = this.answerOf(jobId);
    this.queue.add('time', payload, { jobId, attempts: 1 }).catch((error: Error) => this.settle(jobId)?.reject(error));
    const answer = SigningAnswer.parse(await answered);
    if (answer.signed.length !== hellos.length) {
      throw new Error('cannot use the answer of the signer: not the times asked for');
    }
    return answer.signed;
  }

  private answerOf(jobId: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.set(jobId, { resolve, reject, timer: setTimeout(() => this.giveUp(jobId), ANSWER_WITHIN_MS) });
    });
  }

  /** Takes the job back too, so that a signer that was long away does not come back to a heap of old nonces. */
  private giveUp(jobId: string): void {
    this.settle(jobId)?.reject(new Error('cannot get the time: the signer does not answer'));
    this.queue
      .remove(jobId)
      .catch((error: unknown) => this.context.logger.debug({ error, jobId }, 'Unanswered job not removed'));
  }

  /** @returns who waits for the job, once */
  private settle(jobId: string): Waiting | undefined {
    const waiting = this.waiting.get(jobId);
    this.waiting.delete(jobId);
    clearTimeout(waiting?.timer);
    return waiting;
  }
}
