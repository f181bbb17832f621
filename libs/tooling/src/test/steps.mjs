import { runChild } from '../children.mjs';
import { inRoot } from '../paths.mjs';
import { startTestStores } from '../test-stores.mjs';
import { runSimulated } from './contract-run.mjs';
import { runJest } from './jest-step.mjs';

const NEEDS_STORES = new Set(['integration', 'contract', 'system']);
const NX_QUIET = { NX_NO_CLOUD: 'true', NX_DAEMON: 'false', NX_TUI: 'false' };

/**
 * Runs the steps one after the other; a step that breaks does not keep the next from running.
 * @param report called with `(step, {passed, failed, note?})` after each
 */
export async function runSteps(cleanup, { steps, jestArguments }, report) {
  let stores;
  for (const step of steps) {
    process.stdout.write(`\n== ${step} ==\n`);
    try {
      if (NEEDS_STORES.has(step)) stores ??= startTestStores(cleanup);
      report(step, await runStep(cleanup, step, { stores: await stores, jestArguments }));
      // a path asks for other tests than the whole suite
      if (step === 'contract' && jestArguments.length === 0) await runSimulated(cleanup, [], report);
    } catch (error) {
      report(step, { passed: 0, failed: 1, note: error.message });
    }
  }
}

async function runStep(cleanup, step, { stores, jestArguments }) {
  if (step === 'lint' || step === 'typecheck') return nxTarget(cleanup, step);
  if (step === 'system') await buildEverything(cleanup);
  const env = { ...process.env, ...stores, NODE_ENV: 'test' };
  return runJest(cleanup, step, { env, jestArguments });
}

/** Counts as one test. */
async function nxTarget(cleanup, target) {
  const args = [inRoot('node_modules/nx/dist/bin/nx.js'), 'run', `corefleet:${target}`];
  const exit = await runChild(cleanup, process.execPath, args, { env: { ...process.env, ...NX_QUIET } });
  return exit === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, note: `nx ended with ${exit}` };
}

async function buildEverything(cleanup) {
  const exit = await runChild(cleanup, process.execPath, [inRoot('libs/tooling/src/build-all.mjs')]);
  if (exit !== 0) throw new Error(`cannot build the apps: build-all ended with ${exit}`);
}
