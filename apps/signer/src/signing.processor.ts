import { Inject } from '@nestjs/common';
import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import {
  canonicalJson,
  timeSigningText,
  type SignedTime,
  type TimeStatement,
} from '@corefleet/contracts/device-protocol';
import { signCommands } from '@corefleet/features/commands';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { SIGNING_QUEUE, SigningJob, parseJob, type SigningAnswer } from '@corefleet/platform/queue';
import { SigningKey } from './signing-key';

/**
 * Answers what worker and gateway ask to have signed. A job carries ids and nonces only: what is signed is read from
 * Postgres under this process's own role, so whoever can write to Redis can have nothing signed that was not asked for.
 */
@Processor(SIGNING_QUEUE, { concurrency: 4 })
export class SigningProcessor extends WorkerHost {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(SigningKey) private readonly key: SigningKey,
  ) {
    super();
  }

  async process(job: Job): Promise<SigningAnswer> {
    const asked = parseJob(SigningJob, job);
    switch (asked.sign) {
      case 'commands':
        return { sign: 'commands', enrolmentIds: await signCommands(this.database, this.key, asked.commandIds) };
      case 'time':
        return {
          sign: 'time',
          signed: asked.hellos.map(({ enrolmentId, nonce }) => this.signTime(enrolmentId, nonce)),
        };
    }
  }

  private signTime(enrolmentId: string, nonce: string): SignedTime {
    const said: TimeStatement = { nonce, 'enrolment-id': enrolmentId, time: this.clock.now().toISOString() };
    const statement = canonicalJson(said);
    return { statement, keyId: this.key.keyId, signature: this.key.sign(timeSigningText(statement)) };
  }
}
