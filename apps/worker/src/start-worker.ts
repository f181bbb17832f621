import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { Clock } from '@corefleet/platform/clock';
import { NestLogger, type Logger } from '@corefleet/platform/logger';
import type { WorkerConfig } from './config';
import { Sweeper } from './sweeper';
import { WorkerModule } from './worker.module';

export interface RunningWorker {
  /** Sweeps now, and resolves when the sweep is over; it also sweeps by itself. @throws when a store is away */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the worker: processes jobs and sweeps until it is closed.
 * @param clock for tests that have time pass as they want
 */
export async function startWorker(config: WorkerConfig, logger: Logger, clock?: Clock): Promise<RunningWorker> {
  const app = await NestFactory.createApplicationContext(WorkerModule.for(config, logger, clock), {
    logger: new NestLogger(logger),
  });
  logger.info('Worker ready');
  return { sweep: () => app.get(Sweeper).sweep(), close: () => app.close() };
}
