import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { NestLogger, type Logger } from '@corefleet/platform/logger';
import type { GatewayConfig } from './config';
import { GatewayModule } from './gateway.module';
import { GatewayService } from './gateway.service';

/** Sockets that do not close by themselves, and stores. */
const CLOSE_STORES_WITHIN_MS = 15_000;

export interface RunningGateway {
  /** http address; the link is the same address with ws. */
  readonly url: string;
  /** Drains the links, then closes the stores. Safe to call twice. */
  close(): Promise<void>;
  /** What `close` may take. */
  readonly closeWithinMs: number;
}

/** Starts a gateway in this process. @throws when a store is away or the port is taken */
export async function startGateway(config: GatewayConfig, logger: Logger): Promise<RunningGateway> {
  const app = await NestFactory.createApplicationContext(GatewayModule.for(config, logger), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const gateway = app.get(GatewayService);
  try {
    const url = await gateway.open();
    let closing: Promise<void> | undefined;
    return {
      url,
      close: () => (closing ??= gateway.drain().then(() => app.close())),
      closeWithinMs: config.COREFLEET_DRAIN_MS + CLOSE_STORES_WITHIN_MS,
    };
  } catch (error) {
    await gateway.drain();
    await app.close();
    throw error;
  }
}
