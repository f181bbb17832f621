import { readConfig } from '@corefleet/platform/config';
import { createLogger } from '@corefleet/platform/logger';
import { ApiConfig } from './config';
import { startApi } from './start-api';

async function main(): Promise<void> {
  const config = readConfig(ApiConfig, process.env);
  const logger = createLogger('api', config.COREFLEET_LOG_LEVEL);
  const api = await startApi(config, logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      api.close().then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ err: error }, 'Not closed cleanly');
          process.exit(1);
        },
      );
    });
  }
  const link = await api.createSetupLink();
  if (link !== undefined) console.log(`make the first admin within 30 minutes: ${link}`);
  console.log(`api ready on ${api.url}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
