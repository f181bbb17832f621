import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { runProcess } from '@corefleet/platform/process';
import { WorkerConfig } from './config';
import { startWorker } from './start-worker';

runProcess('worker', async () => {
  const config = readConfig(WorkerConfig, process.env);
  return startWorker(config, createLogger('worker', config.COREFLEET_LOG_LEVEL));
});
