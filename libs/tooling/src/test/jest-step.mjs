import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runChild } from '../children.mjs';
import { inCache, inRoot } from '../paths.mjs';
import { readJestReport } from './jest-report.mjs';

/** What has runs of its own: the suite, what needs a real snapd (`npm run test:snapd`), and `npm run test:loss`. */
const IGNORED = {
  system: ['/node_modules/', '/apps/system-tests/src/loss/'],
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
 * @param ignored patterns of paths that are left out
 * @returns `{passed, failed, skipped, note?}`, see `readJestReport`
 */
export async function runJest(cleanup, kind, { env, jestArguments, ignored = IGNORED[kind] ?? [] }) {
  const report = inCache('test', `${kind}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const exit = await runChild(
    cleanup,
    process.execPath,
    [
      inRoot('node_modules/jest/bin/jest.js'),
      ...['-c', 'jest.config.cjs', '--passWithNoTests', '--json', `--outputFile=${report}`],
      ...(IN_BAND.has(kind) ? ['--runInBand'] : []),
      ...jestArguments,
      ...['--selectProjects', kind],
      ...ignored.flatMap((pattern) => ['--testPathIgnorePatterns', pattern]),
    ],
    { env },
  );
  return readJestReport(report, exit);
}
