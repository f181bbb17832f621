import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';

let testDatabase: TestDatabase;
const pools: Pool[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await testDatabase.drop();
});

function connect(role: TestRole): Pool {
  const pool = new Pool({ connectionString: testDatabase.url(role) });
  pools.push(pool);
  return pool;
}

it('lets the worker invent no authorised request', async () => {
  const worker = connect('corefleet_worker');
  const invented = `INSERT INTO audit_entries (actor_kind, actor_id, actor_name, action, subject_kind, subject_id, outcome, details)
                    VALUES ('person', 'p', 'ann', 'command.issue', 'command', '', 'done', '{}')`;
  await expect(worker.query(invented)).rejects.toThrow(/cannot authorise command.issue/);
});

it('lets the gateway write no command, rollout, access or audit', async () => {
  const gateway = connect('corefleet_gateway');
  for (const statement of [
    `UPDATE commands SET status = 'signed'`,
    `INSERT INTO rollouts (id) VALUES ('${randomUUID()}')`,
    `UPDATE users SET role = 'admin'`,
    `SELECT password_hash FROM users`,
    `INSERT INTO audit_entries (action) VALUES ('x')`,
  ]) {
    await expect(gateway.query(statement)).rejects.toThrow(/permission denied/);
  }
});
