import { checkCoverage, newContractRun, runContract, SIMULATED } from './contract-step.mjs';

/**
 * Runs the contract suite on the simulator, as each version it plays, then checks the table's columns of that run.
 * @param areas only these files of specs; the table is not checked then
 * @param report called with `(name, {passed, failed, note?})` after each part
 */
export async function runSimulated(cleanup, areas, report) {
  const runDir = newContractRun('simulator');
  for (const version of SIMULATED) {
    process.stdout.write(`\n== contract of snapd, simulator as ${version} ==\n`);
    report(`simulator ${version}`, await runContract(cleanup, { subject: { version }, runDir, areas }));
  }
  if (areas.length === 0) report('coverage', await checkCoverage(cleanup, runDir));
}
