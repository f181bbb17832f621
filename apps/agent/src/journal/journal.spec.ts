import { silentLogger } from '../logger';
import { anEnvelope, ENROLMENT_ID, TestSigner } from '../testing/signer';
import { Journal, JournalNotWritableError } from './journal';
import { memoryJournalStore } from './journal-store';

const command = new TestSigner().command(anEnvelope());
const accepted = { t: 'accepted', sequence: 3, commandId: 'c', command, atMs: 1 } as const;
const end = { commandId: 'c', state: 'succeeded', changeIds: ['7'] } as const;

describe('Journal', () => {
  const open = (store = memoryJournalStore(), enrolment = ENROLMENT_ID) => Journal.open(store, enrolment, silentLogger);

  it('is what was kept, after it is opened again', async () => {
    const store = memoryJournalStore();
    const journal = await open(store);
    await journal.append(accepted);
    await journal.append({ t: 'started', commandId: 'c', started: { kind: 'change', changeId: '7' } });
    const again = await open(store);
    expect(again.id).toBe(journal.id);
    expect(again.state.lastSequence).toBe(3);
    expect(again.state.open.get('c')).toMatchObject({ started: { changeId: '7' } });
  });

  it('never gives a number twice, also across a crash', async () => {
    const store = memoryJournalStore();
    const journal = await open(store);
    const given = [journal.nextNumber(), journal.nextNumber()];
    const again = await open(store);
    expect(again.nextNumber()).toBeGreaterThan(Math.max(...given));
  });

  it('begins anew for another enrolment', async () => {
    const store = memoryJournalStore();
    const journal = await open(store);
    await journal.append(accepted);
    const other = await open(store, '11111111-1111-4111-8111-111111111111');
    expect(other.id).not.toBe(journal.id);
    expect(other.state).toMatchObject({ lastSequence: 0 });
    expect(other.state.open.size).toBe(0);
  });

  it('keeps an end until it is acknowledged, and the newest after that', async () => {
    const journal = await open();
    await journal.append(accepted, { t: 'end', report: { ...end, changeIds: [...end.changeIds] } });
    expect(journal.state.open.size).toBe(0);
    for (let n = 0; n < 30; n += 1) {
      await journal.append({ t: 'end', report: { commandId: `d${n}`, state: 'succeeded', changeIds: [] } });
      journal.appendLazily({ t: 'acked', commandId: `d${n}` });
    }
    expect(journal.state.ends.has('c')).toBe(true);
    expect(journal.state.ends.size).toBe(21);
  });

  it('is as it was when a record could not be kept, and replaces the file at the next', async () => {
    const store = memoryJournalStore();
    const journal = await open(store);
    const keep = store.append;
    store.append = () => Promise.reject(new Error('ENOSPC'));
    await expect(journal.append(accepted)).rejects.toBeInstanceOf(JournalNotWritableError);
    expect(journal.state.open.size).toBe(0);
    store.append = keep;
    const rewrite = jest.spyOn(store, 'rewrite');
    await journal.append(accepted);
    expect(rewrite).toHaveBeenCalledTimes(1);
    expect((await open(store)).state.open.size).toBe(1);
  });

  it('that cannot be written is open, gives numbers under an id of its own, and keeps all once there is room', async () => {
    const store = memoryJournalStore();
    const { id } = await open(store);
    const { append, rewrite } = store;
    const full = (): Promise<void> => Promise.reject(new Error('ENOSPC'));
    Object.assign(store, { append: full, rewrite: full });
    const journal = await open(store);
    expect(journal.id).not.toBe(id);
    for (let n = 1; n <= 3000; n += 1) expect(journal.nextNumber()).toBe(n);
    await expect(journal.append(accepted)).rejects.toBeInstanceOf(JournalNotWritableError);
    journal.appendLazily({ t: 'end', report: { ...end, changeIds: [...end.changeIds] } });
    Object.assign(store, { append, rewrite });
    await journal.append({ ...accepted, commandId: 'd', sequence: 4 });
    const again = await open(store);
    expect(again.id).toBe(journal.id);
    expect(again.nextNumber()).toBeGreaterThan(3000);
    expect([...again.state.ends.keys(), ...again.state.open.keys()]).toEqual(['c', 'd']);
  });
});
