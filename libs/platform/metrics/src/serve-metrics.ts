import { createServer, type Server } from 'node:http';
import type { Logger } from '@corefleet/platform/logger';
import type { Running } from '@corefleet/platform/process';
import { metrics } from './metrics';

/** Where a process shows its metrics. */
export interface MetricsSettings {
  readonly COREFLEET_METRICS_HOST: string;
  /** Nothing is shown without. */
  readonly COREFLEET_METRICS_PORT?: number | undefined;
}

/**
 * Shows the metrics of the process at `/metrics` of a listener of its own for as long as it runs: who may reach the process's
 * own port, as devices and people do, does not see them.
 * @throws when the address is taken; the process is closed then
 */
export async function withMetrics<T extends Running>(
  running: T,
  settings: MetricsSettings,
  logger: Logger,
): Promise<T> {
  const { COREFLEET_METRICS_HOST: host, COREFLEET_METRICS_PORT: port } = settings;
  if (port === undefined) return running;
  try {
    const server = await listen(host, port);
    const address = server.address();
    logger.info({ host, port: typeof address === 'object' ? address?.port : port }, 'Metrics shown');
    const close = async (): Promise<void> => {
      await running.close();
      server.closeAllConnections();
      server.close();
    };
    return { ...running, close };
  } catch (error) {
    await running.close();
    throw error;
  }
}

async function listen(host: string, port: number): Promise<Server> {
  metrics.includeProcess();
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      ({ type, body }) => response.writeHead(200, { 'content-type': type }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}
