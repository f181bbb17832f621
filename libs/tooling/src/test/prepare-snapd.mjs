import { spawn } from 'node:child_process';
import { root } from '../paths.mjs';
import { ended } from '../run.mjs';
import { bundleScript } from './bundle-script.mjs';

/** Where the lab's packages cannot be had, or not be run by this user. */
const UNAVAILABLE = 75; // sysexits.h EX_TEMPFAIL

/**
 * Starts the suite's snapd once and stops it, so that its packages are at hand for the tests.
 * @returns `{version}`, or `{unavailable}` with the reason in words
 * @throws when it was to be had and did not start
 */
export async function prepareSnapd(suite) {
  const script = await bundleScript('apps/system-tests/src/real-snapd/probe.ts', 'snapd-probe');
  const child = spawn(process.execPath, [script, suite], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => (said[name] += data));
  const exit = await ended(child);
  if (exit === 0) return { version: said.stdout.trim() };
  if (exit === UNAVAILABLE) return { unavailable: said.stderr.trim() };
  throw new Error(`cannot start the snapd of Debian ${suite}: the probe ended with ${exit}\n${said.stderr}`);
}
