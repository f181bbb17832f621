import { createDatabase, migrate, ROLES, setRolePasswords } from './database.mjs';
import { startPostgres } from './stores/postgres.mjs';
import { startRedis } from './stores/redis.mjs';
import { randomPassword } from './stores/secrets.mjs';

const TEMPLATE = 'corefleet_template';

/**
 * Starts a throw-away Postgres with a migrated template database, and a throw-away Redis.
 * @param cleanup takes their stops (see cleanup.mjs)
 * @param startDatabase another Postgres, for tests that kill it
 * @returns the environment that libs/testing reads
 */
export async function startTestStores(cleanup, startDatabase = () => startPostgres({ durable: false })) {
  const postgres = await startDatabase();
  cleanup.add('Postgres', postgres.stop);
  const redis = await startRedis();
  cleanup.add('Redis', redis.stop);
  await createDatabase(postgres.adminUrl, TEMPLATE);
  await migrate(postgres.url(TEMPLATE));
  const rolePassword = randomPassword();
  await setRolePasswords(postgres.adminUrl, Object.fromEntries(ROLES.map((role) => [role, rolePassword])));
  return {
    COREFLEET_TEST_DATABASE_ADMIN_URL: postgres.adminUrl,
    COREFLEET_TEST_TEMPLATE: TEMPLATE,
    COREFLEET_TEST_ROLE_PASSWORD: rolePassword,
    COREFLEET_TEST_REDIS_URL: redis.url,
  };
}
