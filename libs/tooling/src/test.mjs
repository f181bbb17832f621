// npm test [-- --only STEP] [-- JEST ARGUMENT...]
// Sets up what it needs, runs every step, and closes with the line `N passed, N failed`.
import { withCleanup } from './cleanup.mjs';
import { ensureInstalled } from './install.mjs';
import { parseTestOptions } from './test/options.mjs';

const options = parseTestOptions(process.argv.slice(2));
const results = new Map();
const report = (step, result) => results.set(step, result);

try {
  await ensureInstalled();
  const { generateClient } = await import('./database.mjs');
  const { runSteps } = await import('./test/steps.mjs');
  await generateClient();
  await withCleanup((cleanup) => runSteps(cleanup, options, report));
} catch (error) {
  report('set-up', { passed: 0, failed: 1, note: error.stack });
}
printSummary();

function printSummary() {
  const total = { passed: 0, failed: 0 };
  process.stdout.write('\n');
  for (const [step, { passed, failed, note }] of results) {
    total.passed += passed;
    total.failed += failed;
    process.stdout.write(`${step}: ${passed} passed, ${failed} failed${note ? ` (${note})` : ''}\n`);
  }
  if (total.passed + total.failed === 0) {
    process.stdout.write('No test was found\n');
    total.failed = 1;
  }
  if (total.failed > 0) process.exitCode = 1;
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
}
