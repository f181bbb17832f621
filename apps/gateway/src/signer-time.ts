import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { QueueEvents, type Job, type Queue } from 'bullmq';
import type { SignedTime } from '@corefleet/contracts/device-protocol';
import { Batcher, SIGNING_QUEUE, SigningAnswer, type SigningJob } from '@corefleet/platform/queue';
import { RedisConnections } from '@corefleet/platform/redis';
import { GatewayContext } from './gateway-context';

interface Hello {
  readonly enrolmentId: string;
  readonly nonce: string;
}

/** The signer is a queue away: longer than this, and it is asked again. */
const ANSWER_WITHIN_MS = 5_000;
const GIVE_UP_AFTER_MS = 8_000;
const KEPT_SECONDS = 60;

/** The signer's clock, said over nonces of hellos: one job for all that came in the same moment. */
@Injectable()
export class SignerTime {
  private readonly asks: Batcher<Hello, SignedTime>;
  private readonly answers: QueueEvents;

  constructor(
    @InjectQueue(SIGNING_QUEUE) private readonly queue: Queue,
    private readonly context: GatewayContext,
    redis: RedisConnections,
  ) {
    this.answers = new QueueEvents(SIGNING_QUEUE, {
      connection: { url: redis.url, maxRetriesPerRequest: null },
      prefix: `${redis.prefix}:queue`,
    });
    this.answers.on('error', (error) => context.logger.warn({ error: error.message }, 'Connection for the answers of the signer broke'));
    this.asks = new Batcher((hellos) => within(this.ask(hellos)), { maxItems: 1_000, parallel: 2 });
  }

  /** @throws when the signer does not answer in time */
  sign(enrolmentId: string, nonce: string): Promise<SignedTime> {
    return this.asks.add({ enrolmentId, nonce });
  }

  async close(): Promise<void> {
    await this.answers.close();
  }

  private async ask(hellos: Hello[]): Promise<SignedTime[]> {
    const payload: SigningJob = { v: 1, sign: 'time', hellos };
    // Kept a while, so that an answer that is there before we listen can still be read.
    const job: Job = await this.queue.add('time', payload, { attempts: 1, removeOnComplete: { age: KEPT_SECONDS, count: 1_000 } });
    const answer = SigningAnswer.parse(await this.finished(job));
    if (answer.sign !== 'time' || answer.signed.length !== hellos.length) throw new Error('cannot use the answer of the signer: not the times asked for');
    return answer.signed;
  }

  private async finished(job: Job): Promise<unknown> {
    try {
      return await job.waitUntilFinished(this.answers, ANSWER_WITHIN_MS);
    } catch (error) {
      job.remove().catch((cause: unknown) => this.context.logger.debug({ cause, jobId: job.id }, 'Unanswered signing job not removed'));
      throw error;
    }
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('cannot get the time: the signer does not answer')), GIVE_UP_AFTER_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
