import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { testEnvironment } from '../environment';

/** The Postgres roles of the processes; `postgres` is the superuser. */
export type TestRole = 'postgres' | 'corefleet_api' | 'corefleet_gateway' | 'corefleet_worker' | 'corefleet_signer';

export interface TestDatabase {
  readonly name: string;
  /** The database `postgres` of the same server, as superuser. */
  readonly adminUrl: string;
  /** This database as the role; without one as superuser. */
  url(role?: TestRole): string;
  /** Disconnects everybody and removes the database. Idempotent. */
  drop(): Promise<void>;
}

/** Postgres: the template is being cloned by another test file. */
const OBJECT_IN_USE = '55006';
const CLONE_TRIES = 100;
const CLONE_RETRY_MS = 50;

/** A database of the caller's own, cloned from the migrated template: call it in `beforeAll` and drop it in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = testEnvironment('COREFLEET_TEST_DATABASE_ADMIN_URL');
  const template = testEnvironment('COREFLEET_TEST_TEMPLATE');
  const rolePassword = testEnvironment('COREFLEET_TEST_ROLE_PASSWORD');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await cloneTemplate(adminUrl, template, name);
  return {
    name,
    adminUrl,
    url: (role = 'postgres') => databaseUrl(adminUrl, name, role, rolePassword),
    drop: () => execute(adminUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`),
  };
}

async function cloneTemplate(adminUrl: string, template: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await execute(adminUrl, `CREATE DATABASE "${name}" TEMPLATE "${template}"`);
    } catch (error) {
      if (!isInUse(error) || attempt === CLONE_TRIES) throw error;
    }
    await sleep(CLONE_RETRY_MS);
  }
}

const isInUse = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === OBJECT_IN_USE;

function databaseUrl(adminUrl: string, name: string, role: TestRole, rolePassword: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  if (role !== 'postgres') {
    url.username = role;
    url.password = rolePassword;
  }
  return url.toString();
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
