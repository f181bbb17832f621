import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runChild } from '../children.mjs';
import { inCache, inRoot } from '../paths.mjs';

/** What needs a real snapd (`npm run test:snapd` runs the road's), and the suite that has runs of its own. */
const IGNORED = {
  contract: [
    '/node_modules/',
    '/libs/testing/snapd-lab/',
    '/libs/testing/snapd-contract/',
    '/apps/system-tests/src/real-snapd/',
  ],
};
/** Whole systems of processes, one at a time. */
const IN_BAND = new Set(['system']);

/**
 * Runs one kind of test with Jest.
 * @returns `{passed, failed, note?}`; a suite that could not run and a Jest that died count as one failure each
 */
export async function runJest(cleanup, kind, { env, jestArguments }) {
  const report = inCache('test', `${kind}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const ignored = (IGNORED[kind] ?? []).flatMap((pattern) => ['--testPathIgnorePatterns', pattern]);
  const exit = await runChild(
    cleanup,
    process.execPath,
    [
      inRoot('node_modules/jest/bin/jest.js'),
      ...['-c', 'jest.config.cjs', '--passWithNoTests', '--json', `--outputFile=${report}`],
      ...(IN_BAND.has(kind) ? ['--runInBand'] : []),
      ...jestArguments,
      ...['--selectProjects', kind],
      ...ignored,
    ],
    { env },
  );
  return readResult(report, exit);
}

function readResult(report, exit) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, note: `Jest ended with ${exit} and left no report` };
  }
  const passed = result.numPassedTests;
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (failed === 0 && exit !== 0) return { passed, failed: 1, note: `Jest ended with ${exit} although no test failed` };
  return { passed, failed };
}
