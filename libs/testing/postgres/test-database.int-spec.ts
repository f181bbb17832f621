import { Client } from 'pg';
import { createTestDatabase } from './test-database';

async function ask(url: string, text: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows[0];
  } finally {
    await client.end();
  }
}

describe('a test database', () => {
  it('has the tables of the migrations and none of the rows of another', async () => {
    const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    try {
      await ask(first.url(), 'CREATE TABLE only_in_first (id int)');
      expect(await ask(first.url(), `SELECT to_regclass('devices')::text AS devices`)).toEqual({ devices: 'devices' });
      expect(await ask(second.url(), `SELECT to_regclass('only_in_first') AS found`)).toEqual({ found: null });
    } finally {
      await Promise.all([first.drop(), second.drop()]);
    }
  });

  it.each(['corefleet_api', 'corefleet_gateway', 'corefleet_worker', 'corefleet_signer'] as const)(
    'lets %s log in with its own rights',
    async (role) => {
      const database = await createTestDatabase();
      try {
        const answer = await ask(
          database.url(role),
          'SELECT current_user::text AS role, usesuper FROM pg_user WHERE usename = current_user',
        );
        expect(answer).toEqual({ role, usesuper: false });
      } finally {
        await database.drop();
      }
    },
  );

  it('is gone after it was dropped, also when somebody is connected, and may be dropped again', async () => {
    const database = await createTestDatabase();
    const client = new Client({ connectionString: database.url() });
    const cut = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await database.drop();
    await cut;
    await database.drop();
    await expect(ask(database.url(), 'SELECT 1')).rejects.toThrow(/does not exist/);
  });
});
