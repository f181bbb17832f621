import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { Database } from './database';
import { textArray } from './text-array';

let test: TestDatabase;
let database: Database;

beforeAll(async () => {
  test = await createTestDatabase();
  database = new Database({ url: test.url(), connections: 1, onIdleError: () => {} });
});

afterAll(async () => {
  await database.close();
  await test.drop();
});

describe('a text array in binary form', () => {
  it.each([
    [['plain']],
    [['', null, 'null', '{}', '{"a":"b\\"c"}', 'back\\slash', "it's", 'tab\tnew\nline']],
    [[null, null]],
    [['ä€😀', 'x'.repeat(100_000)]],
    [[]],
  ])('is read by Postgres as it was', async (texts: (string | null)[]) => {
    const [found] = await database.rows<{ texts: (string | null)[] }>('texts', 'SELECT $1::text[] AS texts', [
      textArray(texts),
    ]);
    expect(found?.texts).toEqual(texts);
  });
});
