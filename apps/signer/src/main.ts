import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { runProcess } from '@corefleet/platform/process';
import { SignerConfig } from './config';
import { startSigner } from './start-signer';

runProcess('signer', async () => {
  const config = readConfig(SignerConfig, process.env);
  return startSigner(config, createLogger('signer', config.COREFLEET_LOG_LEVEL));
});
