#!/usr/bin/env node
// npm run test:snapd [-- --suite trixie|forky]
// Runs the whole road and the contract suite on the real snapd of Debian's suites, and closes with the line
// `N passed, N failed, N skipped`.
import { withCleanup } from './cleanup.mjs';
import { ensureInstalled } from './install.mjs';
import { printSummary, resultLine } from './test/print-summary.mjs';

const SUITES = ['trixie', 'forky'];
const HELP = `npm run test:snapd [-- --suite trixie|forky]

Runs the server, the real agent and a real snapd from Debian's packages together, once for each suite (${SUITES.join(', ')}),
and the contract suite on the same snapd. A run of all suites also runs it on the simulator, and makes the table
apps/docs/reference/snapd-coverage.md.

  --suite SUITE                 only this one
  COREFLEET_SNAPD_DEB_TRIXIE    a kept snapd .deb instead of a download; so too COREFLEET_SNAPD_DEB_FORKY
  COREFLEET_DEBIAN_MIRROR       Debian's mirror, where the machine's apt sources name none
  COREFLEET_DEBIAN_KEYRING      the keys that sign it, where the machine's own are missing or too old

Where a suite's packages cannot be had its tests are skipped, loudly.
`;

const results = [];

try {
  const suites = chosenSuites(process.argv.slice(2));
  if (suites) await withCleanup((cleanup) => runSuites(cleanup, suites));
  else process.stdout.write(HELP);
} catch (error) {
  process.stderr.write(`${error.stack ?? error}\n`);
  results.push(['set-up', { passed: 0, failed: 1, skipped: 0 }]);
}
if (results.length > 0) printSummary(results);

/** @returns undefined when help is wanted */
function chosenSuites(argv) {
  if (argv.includes('--help') || argv.includes('-h')) return undefined;
  if (argv.length === 0) return SUITES;
  const [option, suite, ...others] = argv;
  if (option === '--suite' && SUITES.includes(suite) && others.length === 0) return [suite];
  throw new Error(`cannot understand "${argv.join(' ')}"\n\n${HELP}`);
}

async function runSuites(cleanup, suites) {
  await ensureInstalled();
  const { buildApps } = await import('./build-apps.mjs');
  const { generateClient } = await import('./database.mjs');
  const { checkCoverage, newContractRun, runContract, SIMULATED } = await import('./test/contract-step.mjs');
  const { startTestStores } = await import('./test-stores.mjs');
  await generateClient();
  await buildApps(['api', 'gateway', 'worker', 'signer', 'agent']);
  const stores = await startTestStores(cleanup);
  const runDir = newContractRun('snapd');
  if (suites === SUITES) {
    for (const version of SIMULATED)
      keep(`simulator ${version}`, await runContract(cleanup, { subject: { version }, runDir }));
  }
  for (const suite of suites) await runSuite(cleanup, { suite, stores, runDir });
  keep('coverage', await checkCoverage(cleanup, runDir));
}

async function runSuite(cleanup, { suite, stores, runDir }) {
  const { runContract } = await import('./test/contract-step.mjs');
  const { prepareSnapd } = await import('./test/prepare-snapd.mjs');
  const { runSnapdTests } = await import('./test/snapd-step.mjs');
  process.stdout.write(`\n== snapd of Debian ${suite} ==\n`);
  const { version, unavailable } = await prepareSnapd(suite);
  if (unavailable) warn(suite, unavailable);
  const name = `snapd ${version ?? `of Debian ${suite}`}`;
  keep(name, await runSnapdTests(cleanup, { suite: unavailable ? undefined : suite, name: suite, stores }));
  if (!unavailable) keep(`${name} contract`, await runContract(cleanup, { subject: { suite }, runDir }));
}

function keep(name, { passed, failed, skipped = 0, note }) {
  const result = { passed, failed, skipped, note };
  results.push([name, result]);
  process.stdout.write(`\n${name}: ${resultLine(result)}\n`);
}

function warn(suite, why) {
  const lines = [
    `THE SNAPD OF DEBIAN ${suite.toUpperCase()} IS NOT TESTED: all of its tests are skipped.`,
    ...why.split('\n').slice(0, 12),
    `A kept package helps: COREFLEET_SNAPD_DEB_${suite.toUpperCase()}=<file>`,
  ];
  const frame = '!'.repeat(100);
  process.stdout.write(`\n${frame}\n${lines.map((text) => `!! ${text}\n`).join('')}${frame}\n`);
}
