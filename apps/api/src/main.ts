import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { withMetrics } from '@corefleet/platform/metrics';
import { runProcess } from '@corefleet/platform/process';
import { withTracing } from '@corefleet/platform/tracing';
import { ApiConfig } from './config';
import { startApi } from './start-api';

runProcess('api', async () => {
  const config = readConfig(ApiConfig, process.env);
  const logger = createLogger('api', config.COREFLEET_LOG_LEVEL);
  const api = await withMetrics(await withTracing('api', config, () => startApi(config, logger)), config, logger);
  const link = await api.createSetupLink();
  if (link !== undefined) process.stdout.write(`Make the first admin within 30 minutes: ${link}\n`);
  return api;
});
