import { mkdirSync, rmSync } from 'node:fs';
import { runChild } from '../children.mjs';
import { inCache, inRoot } from '../paths.mjs';
import { readJestReport } from './jest-report.mjs';

/**
 * Runs the tests on one snapd.
 * @param suite the Debian suite; without one every test is skipped, and so counted
 * @returns `{passed, failed, skipped, note?}`, see `readJestReport`
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
  return readJestReport(report, exit);
}
