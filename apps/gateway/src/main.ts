import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { withMetrics } from '@corefleet/platform/metrics';
import { runProcess } from '@corefleet/platform/process';
import { withTracing } from '@corefleet/platform/tracing';
import { GatewayConfig, startGateway } from './index';

runProcess('gateway', async () => {
  const config = readConfig(GatewayConfig, process.env);
  const logger = createLogger('gateway', config.COREFLEET_LOG_LEVEL);
  return withMetrics(await withTracing('gateway', config, () => startGateway(config, logger)), config, logger);
});
