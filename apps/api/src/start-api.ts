import { DiscoveryService, MetadataScanner, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SetupService, type Role } from '@corefleet/features/access';
import type { Clock } from '@corefleet/platform/clock';
import { DueWork } from '@corefleet/platform/due-work';
import { NestLogger, type Logger } from '@corefleet/platform/logger';
import { requireDeclarations } from './access/require-declarations';
import { ApiModule } from './api.module';
import type { ApiConfig } from './config';
import { createAdapter } from './http/fastify-adapter';
import { ApiDocument } from './openapi/api-document';
import { describeApi, serveExplorer } from './openapi/openapi';

/** What running requests have to end by themselves. */
const CLOSE_GRACE_MS = 3_000;

export interface RunningApi {
  /** Where it listens. */
  readonly url: string;
  /** Ends live streams at once, lets running requests end for 3 s, and gives the stores back. */
  close(): Promise<void>;
  /** Does now what is due, and resolves when it is done; it also looks by itself. @throws when something could not be done */
  sweep(): Promise<void>;
  /** The whole one-time link for the first admin, to be shown to who started the process; undefined when one exists. */
  createSetupLink(): Promise<string | undefined>;
  /** Makes sure that this person exists: for the demo and for tests. */
  ensureUser(username: string, password: string, role: Role): Promise<void>;
}

/**
 * Starts the API.
 * @param clock for tests that have time pass as they want
 * @throws when a route declares nobody who may use it, a store cannot be reached or the address is taken
 */
export async function startApi(config: ApiConfig, logger: Logger, clock?: Clock): Promise<RunningApi> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.for(config, logger, clock),
    createAdapter(config.COREFLEET_TRUSTED_PROXIES),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  try {
    await listen(app, config);
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = await app.getUrl();
  const setup = app.get(SetupService);
  return {
    url,
    close: () => closeInTime(app),
    sweep: () => app.get(DueWork).sweep(),
    createSetupLink: async () => {
      const link = await setup.createSetupLink();
      return link && `${config.COREFLEET_PUBLIC_URL ?? url}/setup#${link.token}`;
    },
    ensureUser: (username, password, role) => setup.ensureUser(username, password, role),
  };
}

/** A client that connects and sends nothing would otherwise hold the process for a minute: Node counts it as busy. */
async function closeInTime(app: NestFastifyApplication): Promise<void> {
  const cutOff = setTimeout(() => app.getHttpServer().closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}

async function listen(app: NestFastifyApplication, config: ApiConfig): Promise<void> {
  requireDeclarations(app.get(DiscoveryService), app.get(MetadataScanner));
  const document = describeApi(app);
  app.get(ApiDocument).set(document);
  serveExplorer(app, document);
  await app.listen(config.COREFLEET_PORT, config.COREFLEET_BIND);
}
