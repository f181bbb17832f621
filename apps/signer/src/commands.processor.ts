import { performance } from 'node:perf_hooks';
import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Job } from 'bullmq';
import { CommandNudges, signCommands } from '@corefleet/features/commands';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { metrics } from '@corefleet/platform/metrics';
import { Batcher, COMMANDS_QUEUE, CommandJob, TAKE_OVER, parseJob } from '@corefleet/platform/queue';
import { SigningKey } from './signing-key';

/**
 * One job for each command: signs it, then nudges the gateway that holds the device.
 * A job carries an id and no more: what is signed is read from Postgres under this process's own role, so whoever can
 * write to Redis can have nothing signed that was not asked for. Jobs that are there at the same time are signed in one
 * batch. Running twice is harmless: what is signed is left out, and a nudge carries nothing.
 */
@Injectable()
@Processor(COMMANDS_QUEUE, { concurrency: 500, ...TAKE_OVER })
export class CommandsProcessor extends WorkerHost {
  private readonly batcher = new Batcher<string, undefined>((ids) => this.signAndNudge(ids), {
    maxItems: 500,
    parallel: 2,
  });

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly nudges: CommandNudges,
    private readonly key: SigningKey,
  ) {
    super();
  }

  async process(job: Job): Promise<void> {
    await this.batcher.add(parseJob(CommandJob, job).commandId);
  }

  private async signAndNudge(commandIds: string[]): Promise<undefined[]> {
    const startMs = performance.now();
    const enrolmentIds = await signCommands(this.database, this.key, commandIds, this.clock.now());
    metrics.observe('corefleet_sign_seconds', (performance.now() - startMs) / 1000);
    await this.nudges.send(enrolmentIds);
    return commandIds.map(() => undefined);
  }
}
