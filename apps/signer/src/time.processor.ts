import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Job } from 'bullmq';
import {
  canonicalJson,
  timeSigningText,
  type SignedTime,
  type TimeStatement,
} from '@corefleet/contracts/device-protocol';
import { Clock } from '@corefleet/platform/clock';
import { SIGNING_QUEUE, SigningJob, TAKE_OVER, parseJob, type SigningAnswer } from '@corefleet/platform/queue';
import { SigningKey } from './signing-key';

/** Says what time it is, signed over the nonce of each hello: the only time an agent trusts. */
@Injectable()
@Processor(SIGNING_QUEUE, { concurrency: 4, ...TAKE_OVER })
export class TimeProcessor extends WorkerHost {
  constructor(
    private readonly clock: Clock,
    private readonly key: SigningKey,
  ) {
    super();
  }

  process(job: Job): Promise<SigningAnswer> {
    const { hellos } = parseJob(SigningJob, job);
    return Promise.resolve({
      signed: hellos.map(({ enrolmentId, nonce }) => this.sign(enrolmentId, nonce)),
    });
  }

  private sign(enrolmentId: string, nonce: string): SignedTime {
    const said: TimeStatement = { nonce, 'enrolment-id': enrolmentId, time: this.clock.now().toISOString() };
    const statement = canonicalJson(said);
    return { statement, keyId: this.key.keyId, signature: this.key.sign(timeSigningText(statement)) };
  }
}
