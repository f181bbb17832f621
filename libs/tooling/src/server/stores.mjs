import path from 'node:path';
import { createDatabase, migrate, newRolePasswords, roleUrls, ROLES, setRolePasswords } from '../database.mjs';
import { startPostgres } from '../stores/postgres.mjs';
import { startRedis } from '../stores/redis.mjs';
import { keptPassword } from '../stores/secrets.mjs';

const DATABASE = 'corefleet';

/**
 * A migrated Postgres and a Redis for one server: embedded ones, or the real ones that the environment names
 * (COREFLEET_DATABASE_URL as the owner of the database, COREFLEET_REDIS_URL).
 * @param directory where embedded stores keep their data; without it they are thrown away at the end
 * @returns `{redisUrl, redisKind, roleUrls}`
 */
export async function prepareStores(cleanup, directory) {
  const [databaseUrl, redis] = await Promise.all([
    prepareDatabase(cleanup, directory),
    prepareRedis(cleanup, directory),
  ]);
  const passwords = directory ? keptRolePasswords(directory) : newRolePasswords();
  await setRolePasswords(databaseUrl, passwords);
  return { redisUrl: redis.url, redisKind: redis.kind, roleUrls: roleUrls(databaseUrl, passwords) };
}

async function prepareDatabase(cleanup, directory) {
  const given = process.env.COREFLEET_DATABASE_URL;
  const url = given ?? (await embeddedDatabase(cleanup, directory));
  await migrate(url);
  return url;
}

async function embeddedDatabase(cleanup, directory) {
  const postgres = await startPostgres(directory ? { dataDir: path.join(directory, 'postgres') } : {});
  cleanup.add('Postgres', postgres.stop);
  await createDatabase(postgres.adminUrl, DATABASE);
  return postgres.url(DATABASE);
}

async function prepareRedis(cleanup, directory) {
  if (process.env.COREFLEET_REDIS_URL) return { url: process.env.COREFLEET_REDIS_URL, kind: 'server' };
  const redis = await startRedis(directory ? { dir: path.join(directory, 'redis') } : {});
  cleanup.add('Redis', redis.stop);
  return redis;
}

const keptRolePasswords = (directory) =>
  Object.fromEntries(ROLES.map((role) => [role, keptPassword(path.join(directory, `${role}.password`))]));
