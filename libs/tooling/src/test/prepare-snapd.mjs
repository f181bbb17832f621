import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { inCache, inRoot, root } from '../paths.mjs';
import { ended } from '../run.mjs';

/** Where the lab's packages cannot be had, or not be run by this user. */
const UNAVAILABLE = 75; // sysexits.h EX_TEMPFAIL

/**
 * Starts the suite's snapd once and stops it, so that its packages are at hand for the tests.
 * @returns `{version}`, or `{unavailable}` with the reason in words
 * @throws when it was to be had and did not start
 */
export async function prepareSnapd(suite) {
  const script = await bundleProbe();
  const child = spawn(process.execPath, [script, suite], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => (said[name] += data));
  const exit = await ended(child);
  if (exit === 0) return { version: said.stdout.trim() };
  if (exit === UNAVAILABLE) return { unavailable: said.stderr.trim() };
  throw new Error(`cannot start the snapd of Debian ${suite}: the probe ended with ${exit}\n${said.stderr}`);
}

async function bundleProbe() {
  const { build } = await import('esbuild');
  const outfile = inCache('test', 'snapd-probe.cjs');
  mkdirSync(inCache('test'), { recursive: true });
  await build({
    entryPoints: [inRoot('apps/system-tests/src/real-snapd/probe.ts')],
    outfile,
    absWorkingDir: root,
    tsconfig: inRoot('tsconfig.json'), // gives the path aliases
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}
