// npm test [-- --only STEP] [-- JEST ARGUMENT...]
// Sets up what it needs, runs every step, and closes with the line `N passed, N failed, N skipped`.
import { withCleanup } from './cleanup.mjs';
import { ensureInstalled } from './install.mjs';
import { parseTestOptions } from './test/options.mjs';
import { printSummary } from './test/print-summary.mjs';

const options = readOptions();
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
printSummary(results);

function readOptions() {
  try {
    return parseTestOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}
