import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { othersCanReach } from './unprivileged.mjs';

/**
 * How the server's user addresses the data directory. Below a folder it may not enter (a checkout in /root) the directory
 * is reached as the working directory, which is entered before the rights are dropped.
 * @returns `{argument, cwd}`
 */
export function dataDirectoryAddress(dataDir, { uid }) {
  if (uid === undefined || othersCanReach(path.dirname(dataDir))) return { argument: dataDir, cwd: dataDir };
  if (process.platform === 'linux') return { argument: '/proc/self/cwd', cwd: dataDir };
  throw new Error(`cannot start PostgreSQL: the user it runs as cannot reach ${dataDir}`);
}

/** Makes the data directory with a superuser `postgres` and this password; nothing to do when it is there. */
export function ensureCluster(dataDir, { binaries, ids, password, durable }) {
  if (existsSync(path.join(dataDir, 'PG_VERSION'))) return;
  mkdirSync(path.dirname(dataDir), { recursive: true, mode: 0o755 }); // the server's user must be able to pass
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (ids.uid !== undefined) chownSync(dataDir, ids.uid, ids.gid);
  withPasswordFile(password, ids, (passwordFile) => initialise(dataDir, passwordFile, { binaries, ids, durable }));
}

function initialise(dataDir, passwordFile, { binaries, ids, durable }) {
  const { argument, cwd } = dataDirectoryAddress(dataDir, ids);
  const flags = ['-D', argument, '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--auth=scram-sha-256'];
  const result = spawnSync(
    path.join(binaries, 'initdb'),
    [...flags, `--pwfile=${passwordFile}`, ...(durable ? [] : ['--no-sync'])],
    { ...ids, cwd, encoding: 'utf8', env: serverEnvironment() },
  );
  if (result.status === 0) return;
  throw new Error(`cannot make a PostgreSQL cluster in ${dataDir}: ${result.stderr ?? ''}${result.error ?? ''}`);
}

/** initdb reads the password from a file: one that only its user can read, and only for as long as it runs. */
function withPasswordFile(password, ids, work) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'corefleet-initdb-'));
  const file = path.join(directory, 'password');
  try {
    writeFileSync(file, password, { mode: 0o600 });
    if (ids.uid !== undefined) for (const owned of [file, directory]) chownSync(owned, ids.uid, ids.gid);
    work(file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The server inherits nothing but what it needs: no secrets, one locale, one time zone. */
export const serverEnvironment = () => ({ PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' });
