import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { runProcess } from '@corefleet/platform/process';
import { GatewayConfig, startGateway } from './index';

runProcess('gateway', async () => {
  const config = readConfig(GatewayConfig, process.env);
  return startGateway(config, createLogger('gateway', config.COREFLEET_LOG_LEVEL));
});
