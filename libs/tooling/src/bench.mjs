#!/usr/bin/env node
// npm run bench:<name> [-- '<settings as JSON>']: builds everything and runs one benchmark, on throw-away, durable stores
// where it needs them.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildApps, presentApps } from './build-apps.mjs';
import { runChild } from './children.mjs';
import { withCleanup } from './cleanup.mjs';
import { createDatabase, generateClient, migrate, newRolePasswords, roleUrls, setRolePasswords } from './database.mjs';
import { ensureInstalled } from './install.mjs';
import { inRoot } from './paths.mjs';
import { startPostgres } from './stores/postgres.mjs';
import { startRedis } from './stores/redis.mjs';

const DATABASE = 'bench';
/** Benchmarks that touch neither Postgres nor Redis. */
const WITHOUT_STORES = new Set(['client', 'simulator']);
const [benchmark, settings = '{}'] = process.argv.slice(2);

try {
  if (!benchmark) throw new Error('cannot run a benchmark: name it, for example `npm run bench:road`');
  process.exitCode = await withCleanup(run);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function run(cleanup) {
  await ensureInstalled();
  await generateClient();
  await buildApps(presentApps());
  const directory = mkdtempSync(path.join(os.tmpdir(), 'corefleet-bench-'));
  cleanup.add('bench directory', () => rmSync(directory, { recursive: true, force: true }));
  const env = {
    ...process.env,
    ...(WITHOUT_STORES.has(benchmark) ? {} : await stores(cleanup)),
    COREFLEET_SIGNER_KEY_FILE: path.join(directory, 'key.pem'),
    COREFLEET_AUDIT_KEY_FILE: path.join(directory, 'audit-key.pem'),
    COREFLEET_CHECKPOINTS_DIR: path.join(directory, 'checkpoints'),
    COREFLEET_ARTIFACTS_DIR: path.join(directory, 'artifacts'),
  };
  const exit = await runChild(cleanup, process.execPath, [inRoot('dist/bench.cjs'), benchmark, settings], { env });
  return exit === 0 ? 0 : 1;
}

/** Postgres durable and Redis real: numbers from others would not be worth printing. */
async function stores(cleanup) {
  const postgres = await startPostgres({ durable: true });
  cleanup.add('Postgres', postgres.stop);
  const redis = await startRedis({ realOnly: true });
  cleanup.add('Redis', redis.stop);
  await createDatabase(postgres.adminUrl, DATABASE);
  const url = postgres.url(DATABASE);
  await migrate(url);
  const passwords = newRolePasswords();
  await setRolePasswords(postgres.adminUrl, passwords);
  const urls = roleUrls(url, passwords);
  return {
    COREFLEET_DATABASE_URL: url,
    COREFLEET_API_DATABASE_URL: urls.corefleet_api,
    COREFLEET_GATEWAY_DATABASE_URL: urls.corefleet_gateway,
    COREFLEET_WORKER_DATABASE_URL: urls.corefleet_worker,
    COREFLEET_SIGNER_DATABASE_URL: urls.corefleet_signer,
    COREFLEET_REDIS_URL: redis.url,
  };
}
