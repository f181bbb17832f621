import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { withMetrics } from '@corefleet/platform/metrics';
import { runProcess } from '@corefleet/platform/process';
import { withTracing } from '@corefleet/platform/tracing';
import { StandaloneConfig } from './config';
import { startStandalone } from './start-standalone';

runProcess('standalone', async () => {
  const config = readConfig(StandaloneConfig, process.env);
  const logger = createLogger('standalone', config.COREFLEET_LOG_LEVEL);
  return withMetrics(await withTracing('standalone', config, () => startStandalone(config, logger)), config, logger);
});
