import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { COMMANDS_QUEUE, addBounded, type CommandJob } from '@corefleet/platform/queue';

/** Nudges for new commands. Losing one costs time only: the sweep adds it again from the row. */
@Injectable()
export class CommandJobs {
  private readonly logger = new Logger(CommandJobs.name);

  constructor(@InjectQueue(COMMANDS_QUEUE) private readonly queue: Queue<CommandJob>) {}

  /** Adds a job for each new command. While Redis is away it leaves them to the sweep. */
  async add(operation: string, commandIds: readonly string[]): Promise<void> {
    await this.addAll(commandIds.map((commandId) => jobOf(operation, commandId)));
  }

  /**
   * Adds a job for each command that had its job once and is not signed: the job may be lost, or wait. However often it is
   * called meanwhile, there is one more.
   */
  async addAgain(operation: string, commandIds: readonly string[]): Promise<void> {
    await this.addAll(
      commandIds.map((commandId) => ({
        ...jobOf(operation, commandId),
        opts: { deduplication: { id: `command_${commandId}` } },
      })),
    );
  }

  private async addAll(jobs: Parameters<typeof addBounded<CommandJob>>[1]): Promise<void> {
    try {
      await addBounded(this.queue, jobs);
    } catch (error) {
      this.logger.warn(`Commands not queued, left to the sweep: ${String(error)}`);
    }
  }
}

const jobOf = (operation: string, commandId: string) => ({ name: operation, data: { v: 1 as const, commandId } });
