import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { redisFromDebian } from './redis-debian.mjs';

/**
 * Finds a Redis to run: REDIS_SERVER of the environment, redis-server or valkey-server in PATH, Debian's packages unpacked
 * below .cache, and last the JavaScript one, said loudly. COREFLEET_REDIS_KIND=js skips the real ones.
 * @param realOnly refuses the JavaScript one
 * @returns `{kind: 'server' | 'js', command, args, env}`
 */
export function findRedis({ realOnly }) {
  const real = process.env.COREFLEET_REDIS_KIND === 'js' ? undefined : findRealRedis();
  if (real) return { kind: 'server', args: ['-'], ...real };
  if (realOnly) {
    throw new Error('cannot find a real redis-server: install redis or valkey, or name one in REDIS_SERVER');
  }
  process.stderr.write(
    'WARNING: no redis-server found; using a JavaScript stand-in that is 30 to 100 times slower and keeps nothing. ' +
      'Install redis or valkey, or name one in REDIS_SERVER.\n',
  );
  const host = fileURLToPath(new URL('./js-redis-host.mjs', import.meta.url));
  return { kind: 'js', command: process.execPath, args: [host], env: process.env };
}

function findRealRedis() {
  const command = process.env.REDIS_SERVER || findInPath('redis-server') || findInPath('valkey-server');
  return command ? { command, env: process.env } : redisFromDebian();
}

function findInPath(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
