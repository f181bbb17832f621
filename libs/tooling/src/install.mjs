import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { inRoot, root } from './paths.mjs';

const NODE_AT_LEAST = [20, 19];

/**
 * Makes node_modules match package-lock.json; nothing to do when it is newer. Call it before importing any package.
 * @throws when Node is too old, or `npm ci` fails
 */
export async function ensureInstalled() {
  assertNodeVersion();
  if (isInstalled()) return;
  process.stdout.write('Installing packages with npm ci; this takes about a minute the first time\n');
  const exit = await npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
  if (exit !== 0) throw new Error(`cannot install packages: npm ci ended with ${exit}`);
}

function assertNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = NODE_AT_LEAST;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  const wanted = NODE_AT_LEAST.join('.');
  throw new Error(`cannot run on Node ${process.versions.node}: Corefleet needs Node ${wanted} or newer`);
}

/** npm writes node_modules/.package-lock.json last: an install that was cut short has none. */
function isInstalled() {
  const installed = inRoot('node_modules/.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(inRoot('package-lock.json')).mtimeMs;
}

function npm(...args) {
  const shell = process.platform === 'win32'; // npm is a script there
  // NODE_ENV=production would leave out what builds and tests need
  const env = { ...process.env, NODE_ENV: 'development' };
  const child = spawn('npm', args, { cwd: root, env, shell, stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error('cannot install packages: npm was not found', { cause })));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}
