import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inCache } from '../paths.mjs';

const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
const DOWNLOAD_TIMEOUT_MS = 120_000;

/**
 * redis-server from Debian's or Ubuntu's packages, unpacked below .cache: nothing is installed and nobody has to be root.
 * @returns `{command, env}`, or undefined where there is no apt or the packages cannot be had
 */
export function redisFromDebian() {
  const unpacked = inCache('redis');
  if (!existsSync(path.join(unpacked, 'usr/bin/redis-server')) && !unpackInto(unpacked)) return undefined;
  const libraries = path.join(unpacked, 'usr/lib');
  const searchPath = readdirSync(libraries).map((name) => path.join(libraries, name));
  const found = {
    command: path.join(unpacked, 'usr/bin/redis-server'),
    env: { ...process.env, LD_LIBRARY_PATH: searchPath.join(':') },
  };
  return succeeds(found.command, ['--version'], { env: found.env }) ? found : undefined;
}

/** Unpacks beside the target and renames, so that two starts at once do not see halves. */
function unpackInto(target) {
  mkdirSync(path.dirname(target), { recursive: true });
  const work = mkdtempSync(`${target}-`);
  try {
    if (!download(work)) return false;
    const result = path.join(work, 'unpacked');
    const archives = readdirSync(work).filter((name) => name.endsWith('.deb'));
    if (!archives.every((name) => succeeds('dpkg', ['-x', path.join(work, name), result]))) return false;
    if (!existsSync(target)) renameSync(result, target);
    return true;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** With the machine's package lists; when those are missing or stale, with lists of our own. */
function download(directory) {
  const apt = (...args) => succeeds('apt-get', args, { cwd: directory, timeout: DOWNLOAD_TIMEOUT_MS });
  if (apt('download', ...PACKAGES)) return true;
  const own = path.join(directory, 'apt');
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(path.join(own, name), { recursive: true });
  const options = ['-o', `Dir::State::Lists=${own}/lists`, '-o', `Dir::Cache=${own}`, '-o', 'Debug::NoLocking=1'];
  return apt(...options, 'update') && apt(...options, 'download', ...PACKAGES);
}

/** False also when the command does not exist. */
const succeeds = (command, args, options = {}) =>
  spawnSync(command, args, { stdio: 'ignore', ...options }).status === 0;
