#!/usr/bin/env node
// npm run test:loss
// Tells more than a million updates while gateways are killed and Postgres crashes, and looks whether all are there, once, the newest.
// Closes with the line `N passed, N failed`.
import { withCleanup } from './cleanup.mjs';
import { ensureInstalled } from './install.mjs';
import { printSummary } from './test/print-summary.mjs';

const results = [];

try {
  await withCleanup(runLoss);
} catch (error) {
  results.push(['set-up', { passed: 0, failed: 1, note: error.stack ?? String(error) }]);
}
printSummary(results);

async function runLoss(cleanup) {
  await ensureInstalled();
  const { buildApps } = await import('./build-apps.mjs');
  const { generateClient } = await import('./database.mjs');
  const { startRestartingPostgres } = await import('./stores/restarting-postgres.mjs');
  const { runJest } = await import('./test/jest-step.mjs');
  const { startTestStores } = await import('./test-stores.mjs');
  await generateClient();
  await buildApps(['gateway']);
  const stores = await startTestStores(cleanup, startRestartingPostgres);
  const env = { ...process.env, ...stores, NODE_ENV: 'test' };
  const jestArguments = ['apps/system-tests/src/loss/', '--verbose'];
  results.push(['loss', await runJest(cleanup, 'system', { env, jestArguments, ignored: [] })]);
}
