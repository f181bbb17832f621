import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import type { Actor } from './actor';
import { AuditService } from './audit.service';

const ADA: Actor = { kind: 'person', id: 'u1', name: 'ada', source: '192.0.2.7' };
const SUBJECT = { kind: 'rollout', id: 'r1' };

describe('audit', () => {
  let files: TestDatabase;
  let database: Database;
  let audit: AuditService;

  beforeAll(async () => {
    files = await createTestDatabase();
    database = new Database({ url: files.url('corefleet_api'), connections: 2, onIdleError: () => undefined });
    audit = new AuditService(database);
  });

  afterAll(async () => {
    await database.close();
    await files.drop();
  });

  it('keeps an entry whole and gives it back', async () => {
    const entry = { actor: ADA, action: 'rollout.pause', subject: SUBJECT, remark: 'too hot', details: { wave: 2 } };
    const id = await database.transaction((tx) => audit.record(tx, entry));
    const { items } = await audit.list({ limit: 1 });
    expect(items).toEqual([{ id: String(id), at: expect.any(Date), outcome: 'done', ...entry }]);
  });

  it('keeps nothing of an act that was rolled back', async () => {
    const entry = { actor: ADA, action: 'rollout.stop', subject: SUBJECT };
    const act = database.transaction(async (tx) => {
      await audit.record(tx, entry);
      throw new Error('no');
    });
    await expect(act).rejects.toThrow('no');
    expect((await audit.list({ limit: 10, action: 'rollout.stop' })).items).toEqual([]);
  });

  it('cannot be edited or emptied, neither by the API nor by the owner', async () => {
    await expect(database.pool.query(`UPDATE audit_entries SET action = 'x'`)).rejects.toThrow(/permission denied/);
    const owner = new Database({ url: files.url(), connections: 1, onIdleError: () => undefined });
    await expect(owner.pool.query('DELETE FROM audit_entries')).rejects.toThrow('append-only');
    await expect(owner.pool.query('TRUNCATE audit_entries')).rejects.toThrow('append-only');
    await owner.close();
  });

  it('lists page by page, newest first', async () => {
    for (const action of ['a.one', 'a.two', 'a.three']) {
      await database.transaction((tx) => audit.record(tx, { actor: ADA, action, subject: { kind: 'page', id: 'p' } }));
    }
    const first = await audit.list({ limit: 2, subjectId: 'p' });
    const second = await audit.list({ limit: 2, subjectId: 'p', cursor: first.next ?? '' });
    expect([...first.items, ...second.items].map(({ action }) => action)).toEqual(['a.three', 'a.two', 'a.one']);
    expect(second.next).toBeUndefined();
  });
});
