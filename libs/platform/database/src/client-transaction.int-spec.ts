import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { Database } from './database';

let test: TestDatabase;
let database: Database;
let other: Database;

const connect = (): Database => new Database({ url: test.url(), connections: 1, onIdleError: () => undefined });
const one = (): Promise<object[]> => database.rows('one', 'SELECT 1 AS one', []);

beforeAll(async () => {
  test = await createTestDatabase();
  [database, other] = [connect(), connect()];
  await database.pool.query('CREATE TABLE said (word text)');
});

afterAll(async () => {
  await Promise.all([database.close(), other.close()]);
  await test.drop();
});

describe('a transaction on one connection', () => {
  it('commits what resolves and rolls back what throws', async () => {
    await database.clientTransaction((client) => client.query(`INSERT INTO said VALUES ('kept')`));
    const thrown = database.clientTransaction(async (client) => {
      await client.query(`INSERT INTO said VALUES ('lost')`);
      throw new Error('no');
    });
    await expect(thrown).rejects.toThrow('no');
    expect(await database.rows('said', 'SELECT word FROM said', [])).toEqual([{ word: 'kept' }]);
  });

  it.each(['between two statements', 'in a statement'])(
    'fails, and the process goes on, when Postgres ends its connection %s',
    async (when) => {
      const broken = database.clientTransaction(async (client) => {
        const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        const ended = new Promise((resolve) => client.once('end', resolve));
        const statement = when === 'in a statement' ? client.query('SELECT pg_sleep(20)') : ended;
        await Promise.all([statement, other.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])]);
        await client.query('SELECT 1');
      });
      await expect(broken).rejects.toThrow(/terminat|not queryable/);
      expect(await one()).toEqual([{ one: 1 }]);
    },
  );
});
