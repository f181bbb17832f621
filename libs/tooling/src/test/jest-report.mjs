import { readFileSync } from 'node:fs';

/**
 * What Jest's `--json` report counts.
 * @param exit how Jest ended
 * @returns `{passed, failed, skipped, note?}`; a file that could not run and a Jest that died count as one failure each
 */
export function readJestReport(report, exit) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, note: `Jest ended with ${exit} and left no report: ${error.message}` };
  }
  const passed = result.numPassedTests;
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests;
  if (failed === 0 && exit !== 0)
    return { passed, failed: 1, skipped, note: `Jest ended with ${exit} although no test failed` };
  return { passed, failed, skipped };
}
