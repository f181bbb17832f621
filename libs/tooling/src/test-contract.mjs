#!/usr/bin/env node
// npm run test:contract [-- AREA...]
// Runs the contract suite on the simulator, as each version of snapd that it plays, and closes with
// `N passed, N failed, N skipped`.
import { withCleanup } from './cleanup.mjs';
import { ensureInstalled } from './install.mjs';
import { printSummary } from './test/print-summary.mjs';

const results = new Map();

try {
  await ensureInstalled();
  const { runSimulated } = await import('./test/contract-run.mjs');
  await withCleanup((cleanup) =>
    runSimulated(cleanup, process.argv.slice(2), (name, result) => results.set(name, result)),
  );
} catch (error) {
  results.set('set-up', { passed: 0, failed: 1, note: error.stack });
}
printSummary(results);
