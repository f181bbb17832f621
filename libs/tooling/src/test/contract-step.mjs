import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runChild } from '../children.mjs';
import { inCache, inRoot } from '../paths.mjs';
import { bundleScript } from './bundle-script.mjs';
import { readJestReport } from './jest-report.mjs';

const SPECS = 'libs/testing/snapd-contract/specs/';
const PAGE = 'apps/docs/reference/snapd-coverage.md';
/** The versions of snapd that the simulator plays. */
export const SIMULATED = ['2.77.1', '2.68.3'];

/** An empty folder for what the subjects of one run show. */
export function newContractRun(name) {
  const dir = inCache('test', 'contract', name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return dir;
}

/**
 * Runs the contract suite on one snapd.
 * @param subject `{suite}` for the real one of a Debian suite, `{version}` for a simulated one
 * @param areas only these files of specs; all when empty
 * @returns `{passed, failed, skipped, note?}`, see `readJestReport`
 */
export async function runContract(cleanup, { subject, runDir, areas = [] }) {
  const name = subject.suite ?? `simulator-${subject.version}`;
  const report = path.join(runDir, `${name}.json`);
  const { COREFLEET_TEST_SNAPD_SUITE: _suite, COREFLEET_TEST_SIMULATED_VERSION: _version, ...inherited } = process.env;
  const env = {
    ...inherited,
    NODE_ENV: 'test',
    COREFLEET_TEST_CONTRACT_DIR: runDir,
    ...(subject.suite
      ? { COREFLEET_TEST_SNAPD_SUITE: subject.suite }
      : { COREFLEET_TEST_SIMULATED_VERSION: subject.version }),
  };
  const patterns = areas.length > 0 ? areas.map((area) => `${SPECS}${area}`) : [SPECS];
  const args = [
    inRoot('node_modules/jest/bin/jest.js'),
    ...['-c', 'jest.config.cjs', '--json', `--outputFile=${report}`],
    ...patterns.flatMap((pattern) => ['--testPathPatterns', pattern]),
    // the lab's device is a classic one
    ...(subject.suite ? ['--testPathIgnorePatterns', `${SPECS}core-`] : []),
    ...['--selectProjects', 'contract'],
  ];
  const exit = await runChild(cleanup, process.execPath, args, { env });
  return readJestReport(report, exit);
}

/**
 * Checks that the run has shown every cell of the coverage table that its subjects can fill. A run with all of them makes
 * the page: at home it is written anew, in CI one that differs from the tree's fails.
 * @returns counts as one test
 */
export async function checkCoverage(cleanup, runDir) {
  const script = await bundleScript('libs/testing/snapd-contract/coverage/main.ts', 'snapd-coverage');
  const inCi = Boolean(process.env.CI);
  const args = [script, runDir, inRoot(PAGE), ...(inCi ? [] : ['--write'])];
  switch (await runChild(cleanup, process.execPath, args)) {
    case 0:
      return { passed: 1, failed: 0 };
    case 1:
      return { passed: 0, failed: 1, note: 'cells of the coverage table are missing, see above' };
    case 2:
      return {
        passed: 0,
        failed: 1,
        note: `${PAGE} is not what this run shows: commit what "npm run test:snapd" writes`,
      };
    case 3:
      return { passed: 1, failed: 0, note: `${PAGE} was written anew: commit it` };
    default:
      return { passed: 0, failed: 1, note: 'the coverage table could not be made, see above' };
  }
}
