import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { inRoot, root } from './paths.mjs';

const NODE_AT_LEAST = [20, 19];

/**
 * Makes node_modules hold what package-lock.json says; nothing to do when it does. Call it before importing any package.
 * @throws when Node is too old, node_modules is somebody else's, or `npm ci` fails
 */
export async function ensureInstalled() {
  assertNodeVersion();
  if (isInstalled()) return;
  assertOwnModules();
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

/** `npm ci` empties node_modules first; through a link it would empty the folder of another checkout. */
function assertOwnModules() {
  const isLink = lstatSync(inRoot('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink();
  if (!isLink) return;
  throw new Error(
    'cannot install packages: node_modules is a link and does not match package-lock.json; remove the link',
  );
}

/**
 * Compares contents, not times: a checkout renews the time of package-lock.json. npm writes its own list last, so an
 * install that was cut short has none. Packages for other platforms may be missing.
 */
function isInstalled() {
  const list = inRoot('node_modules/.package-lock.json');
  if (!existsSync(list)) return false;
  const installed = readPackages(list);
  const wanted = Object.entries(readPackages(inRoot('package-lock.json'))).filter(([path]) => path !== '');
  return wanted.every(([path, { version, optional, devOptional }]) => {
    const found = installed[path];
    return found ? found.version === version : Boolean(optional || devOptional);
  });
}

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

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
