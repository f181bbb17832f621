import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';

const OTHERS_MAY_ENTER = 0o001;

/**
 * PostgreSQL refuses to run as root: the ids to drop to, `postgres` or else `nobody`.
 * @returns `{uid, gid}`, or `{}` when this process is not root
 */
export function unprivilegedIds() {
  if (process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    const uid = lookUp('-u', user);
    if (uid !== undefined) return { uid, gid: lookUp('-g', user) };
  }
  throw new Error('cannot start PostgreSQL as root: there is neither a user postgres nor a user nobody to drop to');
}

/** Whether a user without rights of its own can reach the directory: every folder above it lets others enter. */
export function othersCanReach(directory) {
  for (let current = path.resolve(directory); ; current = path.dirname(current)) {
    if ((statSync(current).mode & OTHERS_MAY_ENTER) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

function lookUp(flag, user) {
  try {
    return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined; // id exits 1 for an unknown user
  }
}
