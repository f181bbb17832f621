import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { withMetrics } from '@corefleet/platform/metrics';
import { runProcess } from '@corefleet/platform/process';
import { withTracing } from '@corefleet/platform/tracing';
import { WorkerConfig } from './config';
import { startWorker } from './start-worker';

runProcess('worker', async () => {
  const config = readConfig(WorkerConfig, process.env);
  const logger = createLogger('worker', config.COREFLEET_LOG_LEVEL);
  return withMetrics(await withTracing('worker', config, () => startWorker(config, logger)), config, logger);
});
