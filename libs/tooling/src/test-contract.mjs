#!/usr/bin/env node
// npm run test:contract [-- AREA...]
// Runs the contract suite on the simulator, as each version of snapd that it plays, and closes with `N passed, N failed`.
import { withCleanup } from './cleanup.mjs';
import { ensureInstalled } from './install.mjs';

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
printSummary();

function printSummary() {
  const total = { passed: 0, failed: 0 };
  process.stdout.write('\n');
  for (const [name, { passed, failed, note }] of results) {
    total.passed += passed;
    total.failed += failed;
    process.stdout.write(`${name}: ${passed} passed, ${failed} failed${note ? ` (${note})` : ''}\n`);
  }
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
}
