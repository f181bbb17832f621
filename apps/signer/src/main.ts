import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { withMetrics } from '@corefleet/platform/metrics';
import { runProcess } from '@corefleet/platform/process';
import { withTracing } from '@corefleet/platform/tracing';
import { SignerConfig } from './config';
import { startSigner } from './start-signer';

runProcess('signer', async () => {
  const config = readConfig(SignerConfig, process.env);
  const logger = createLogger('signer', config.COREFLEET_LOG_LEVEL);
  return withMetrics(await withTracing('signer', config, () => startSigner(config, logger)), config, logger);
});
