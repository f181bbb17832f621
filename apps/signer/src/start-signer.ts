import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { NestLogger, type Logger } from '@corefleet/platform/logger';
import type { SignerConfig } from './config';
import { SignerModule } from './signer.module';
import { SigningKey } from './signing-key';

/**
 * Starts the signer: publishes its public key, then signs commands and seals the audit until it is closed.
 * @param clock for tests that have time pass as they want
 */
export async function startSigner(
  config: SignerConfig,
  logger: Logger,
  clock?: Clock,
): Promise<{ close(): Promise<void> }> {
  const commands = SigningKey.load(config.COREFLEET_SIGNER_KEY_FILE);
  const audit = SigningKey.load(config.COREFLEET_AUDIT_KEY_FILE);
  const app = await NestFactory.createApplicationContext(SignerModule.for(config, { commands, audit }, logger, clock), {
    logger: new NestLogger(logger),
  });
  await publishKey(app.get(Database), commands);
  logger.info({ keyId: commands.keyId, auditKey: audit.publicKey }, 'Signer ready');
  return app;
}

async function publishKey(database: Database, key: SigningKey): Promise<void> {
  await database.pool.query('INSERT INTO signing_keys (id, public_key) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    key.keyId,
    key.publicKey,
  ]);
}
