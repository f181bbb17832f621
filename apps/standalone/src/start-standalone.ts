import { ApiConfig, startApi, type RunningApi } from '@corefleet/apps/api';
import { GatewayConfig, startGateway } from '@corefleet/apps/gateway';
import { SignerConfig, startSigner } from '@corefleet/apps/signer';
import { WorkerConfig, startWorker } from '@corefleet/apps/worker';
import { readConfig } from '@corefleet/platform/config';
import type { Logger } from '@corefleet/platform/logger';
import type { Running } from '@corefleet/platform/process';
import type { StandaloneConfig } from './config';

/**
 * All four server processes in one, each with its own Postgres role and its own connections, as if they ran apart.
 * They end in the reverse order of their start: who is asked ends after who asks.
 */
export async function startStandalone(config: StandaloneConfig, logger: Logger): Promise<Running> {
  const started: Running[] = [];
  const close = async (): Promise<void> => {
    for (const running of started.reverse()) await running.close();
  };
  try {
    started.push(await startSigner(readConfig(SignerConfig, environment(config, 'SIGNER')), logger));
    started.push(await startWorker(readConfig(WorkerConfig, environment(config, 'WORKER')), logger));
    const gateway = await startGateway(readConfig(GatewayConfig, environment(config, 'GATEWAY')), logger);
    started.push(gateway);
    const gatewayUrl = config.COREFLEET_GATEWAY_URL ?? gateway.url;
    const apiEnvironment = { ...environment(config, 'API'), COREFLEET_GATEWAY_URL: gatewayUrl };
    const api = await startApi(readConfig(ApiConfig, apiEnvironment), logger);
    started.push(api);
    await admitFirstPerson(config, api);
    return { url: api.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Part = 'API' | 'GATEWAY' | 'WORKER' | 'SIGNER';

/** The settings of one part, by the names it reads when it runs alone. */
function environment(config: StandaloneConfig, part: Part): Record<string, string | undefined> {
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  const all = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  return {
    ...all,
    COREFLEET_DATABASE_URL: config[`COREFLEET_${part}_DATABASE_URL`],
    COREFLEET_PORT: all[`COREFLEET_${part}_PORT`],
  };
}

async function admitFirstPerson(config: StandaloneConfig, api: RunningApi): Promise<void> {
  if (config.COREFLEET_DEMO_PASSWORD) {
    await api.ensureUser('demo', config.COREFLEET_DEMO_PASSWORD, 'admin');
    return;
  }
  const link = await api.createSetupLink();
  if (link) process.stdout.write(`Make the first admin within 30 minutes: ${link}\n`);
}
