import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { runChild } from '../children.mjs';
import { inCache, inRoot } from '../paths.mjs';

/**
 * Runs the tests on one snapd.
 * @param suite the Debian suite; without one every test is skipped, and so counted
 * @returns `{passed, failed, skipped, note?}`; a file that could not run and a Jest that died count as one failure each
 */
export async function runSnapdTests(cleanup, { suite, name, stores }) {
  const report = inCache('test', `snapd-${name}.json`);
  mkdirSync(inCache('test'), { recursive: true });
  rmSync(report, { force: true });
  const { COREFLEET_TEST_SNAPD_SUITE: _inherited, ...inherited } = process.env;
  const env = { ...inherited, ...stores, NODE_ENV: 'test', ...(suite && { COREFLEET_TEST_SNAPD_SUITE: suite }) };
  const args = [
    inRoot('node_modules/jest/bin/jest.js'),
    ...[
      '-c',
      'jest.config.cjs',
      '--selectProjects',
      'contract',
      '--testPathPatterns',
      'apps/system-tests/src/real-snapd/',
    ],
    ...['--maxWorkers=2', '--verbose', '--json', `--outputFile=${report}`],
  ];
  const exit = await runChild(cleanup, process.execPath, args, { env });
  return readResult(report, exit);
}

function readResult(report, exit) {
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
