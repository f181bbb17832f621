import { silentLogger } from '../logger';
import { anEnvelope, ENROLMENT_ID, TestSigner } from '../testing/signer';
import { frameRecord, readFrames } from './framing';
import { Journal, JournalNotWritableError } from './journal';
import { memoryJournalStore } from './journal-store';

const command = new TestSigner().command(anEnvelope());
const accepted = { t: 'accepted', sequence: 3, commandId: 'c', command, atMs: 1 } as const;
const end = { commandId: 'c', state: 'succeeded', changeIds: ['7'] } as const;

describe('frames', () => {
  const file = Buffer.concat([frameRecord({ a: 1 }), frameRecord({ b: 'ü' })]);

  it('are read back', () => {
    expect(readFrames(file)).toEqual({ records: [{ a: 1 }, { b: 'ü' }], goodBytes: file.length });
  });

  it('torn at any byte leave the whole ones', () => {
    const first = frameRecord({ a: 1 }).length;
    for (let length = first; length < file.length; length += 1)
      expect(readFrames(file.subarray(0, length))).toEqual({ records: [{ a: 1 }], goodBytes: first });
  });

  it('with a flipped bit end the file', () => {
    const flipped = Buffer.from(file);
    flipped[file.length - 2] = (flipped[file.length - 2] ?? 0) ^ 1;
    expect(readFrames(flipped).records).toEqual([{ a: 1 }]);
  });
});

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
});
