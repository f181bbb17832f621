import { existsSync, statSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { collect } from './run.mjs';
import { randomPassword } from './stores/secrets.mjs';

/** The Postgres roles of the four processes, made without login by a migration. */
export const ROLES = ['corefleet_api', 'corefleet_gateway', 'corefleet_worker', 'corefleet_signer'];

const DUPLICATE_DATABASE = '42P04';

/** Makes the database when it is missing. @returns whether it was made */
export async function createDatabase(adminUrl, name) {
  try {
    await query(adminUrl, `CREATE DATABASE ${quoteIdentifier(name)}`);
    return true;
  } catch (error) {
    if (error.code === DUPLICATE_DATABASE) return false;
    throw error;
  }
}

/** Applies the migrations that are missing, with the stock Prisma CLI. Several at once wait for each other. */
export async function migrate(url) {
  await prisma(['migrate', 'deploy'], { COREFLEET_DATABASE_URL: url });
}

/** Writes the Prisma client unless it is newer than schema and package-lock. @returns whether it was written */
export async function generateClient() {
  const output = inRoot('libs/platform/database/src/generated/client.ts');
  const sources = [inRoot('prisma/schema.prisma'), inRoot('package-lock.json')];
  const modified = (file) => statSync(file).mtimeMs;
  if (existsSync(output) && sources.every((source) => modified(source) <= modified(output))) return false;
  await prisma(['generate']);
  return true;
}

/** One new password for each role. */
export const newRolePasswords = () => Object.fromEntries(ROLES.map((role) => [role, randomPassword()]));

/** Lets roles log in. @param passwords by role; replaces earlier ones */
export async function setRolePasswords(adminUrl, passwords) {
  for (const [role, password] of Object.entries(passwords)) {
    const secret = `'${password.replaceAll("'", "''")}'`;
    await query(adminUrl, `ALTER ROLE ${quoteIdentifier(role)} LOGIN PASSWORD ${secret}`);
  }
}

/** The database's url as each role. @returns `{corefleet_api, ...}` */
export function roleUrls(databaseUrl, passwords) {
  return Object.fromEntries(
    Object.entries(passwords).map(([role, password]) => [role, as(databaseUrl, role, password)]),
  );
}

function as(databaseUrl, user, password) {
  const url = new URL(databaseUrl);
  url.username = user;
  url.password = encodeURIComponent(password);
  return url.toString();
}

async function query(url, text) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function prisma(args, env = {}) {
  const quiet = { CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', NO_COLOR: '1' };
  return collect(process.execPath, [inRoot('node_modules/prisma/build/index.js'), ...args], {
    env: { ...process.env, ...quiet, ...env },
    name: `prisma ${args.join(' ')}`,
  });
}

const quoteIdentifier = (name) => `"${name.replaceAll('"', '""')}"`;
