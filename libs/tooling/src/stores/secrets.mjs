import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** 192 random bits that need no quoting in a url, a configuration file or SQL. */
export const randomPassword = () => randomBytes(24).toString('base64url');

/** The password kept in `file` (mode 0600); made at the first call. */
export function keptPassword(file) {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(path.dirname(file), { recursive: true });
  const password = randomPassword();
  writeFileSync(file, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}
