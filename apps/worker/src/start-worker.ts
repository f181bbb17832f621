import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { NestLogger, type Logger } from '@corefleet/platform/logger';
import type { WorkerConfig } from './config';
import { WorkerModule } from './worker.module';

/** Starts the worker: processes jobs and sweeps until it is closed. */
export async function startWorker(config: WorkerConfig, logger: Logger): Promise<{ close(): Promise<void> }> {
  const app = await NestFactory.createApplicationContext(WorkerModule.for(config, logger), {
    logger: new NestLogger(logger),
  });
  logger.info('Worker ready');
  return app;
}
