import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { runProcess } from '@corefleet/platform/process';
import { StandaloneConfig } from './config';
import { startStandalone } from './start-standalone';

runProcess('standalone', async () => {
  const config = readConfig(StandaloneConfig, process.env);
  return startStandalone(config, createLogger('standalone', config.COREFLEET_LOG_LEVEL));
});
