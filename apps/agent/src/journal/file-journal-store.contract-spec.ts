import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../logger';
import { anEnvelope, ENROLMENT_ID, TestSigner } from '../testing/signer';
import { fileJournalStore } from './file-journal-store';
import { Journal, JournalNotWritableError } from './journal';
import type { JournalRecord } from './record';

const command = new TestSigner().command(anEnvelope());
const accepted = (sequence: number): JournalRecord => ({
  ...{ t: 'accepted', sequence, commandId: `c${sequence}`, command, atMs: 1 },
});

let directory: string;
let path: string;
let opened: Journal[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
  path = join(directory, 'journal');
  opened = [];
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(opened.map((journal) => journal.close()));
  await rm(directory, { recursive: true });
});

async function openJournal(): Promise<Journal> {
  const journal = await Journal.open(fileJournalStore(path, silentLogger), ENROLMENT_ID, silentLogger);
  opened.push(journal);
  return journal;
}

/** What a process that starts now finds. */
async function found(): Promise<{ open: string[]; damage: string | undefined }> {
  const { records, damage } = await fileJournalStore(path, silentLogger).load();
  const open = records.flatMap((record) => (record.t === 'accepted' ? [record.commandId] : []));
  return { open, damage: damage?.reason };
}

/** Where each call on an open file can be made to fail. */
async function fileHandles(): Promise<FileHandle> {
  const handle = await open(join(directory, 'any'), 'w');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

const errno = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

describe('a journal in a file', () => {
  it('is found again by the next process, also after it was compacted', async () => {
    const journal = await openJournal();
    for (let sequence = 1; sequence <= 3; sequence += 1) await journal.append(accepted(sequence));
    const store = fileJournalStore(path, silentLogger);
    const { records } = await store.load();
    await store.rewrite(records);
    await store.append([accepted(4)]);
    await store.close();
    expect(await found()).toEqual({ open: ['c1', 'c2', 'c3', 'c4'], damage: undefined });
    expect((await openJournal()).state.lastSequence).toBe(4);
  });

  it.each(['ENOSPC', 'EIO', 'EROFS'])('keeps nothing of an append that fails with %s at its sync', async (code) => {
    const journal = await openJournal();
    await journal.append(accepted(1));
    const before = await readFile(path);
    const handles = await fileHandles();
    jest.spyOn(handles, 'datasync').mockRejectedValueOnce(errno(code));
    await expect(journal.append(accepted(2))).rejects.toThrow(JournalNotWritableError);
    expect(await readFile(path)).toEqual(before);
    await journal.append(accepted(3));
    expect(await found()).toEqual({ open: ['c1', 'c3'], damage: undefined });
  });

  it('keeps nothing of an append for which there is room for a part only', async () => {
    const journal = await openJournal();
    await journal.append(accepted(1));
    const handles = await fileHandles();
    const { appendFile } = handles;
    jest.spyOn(handles, 'appendFile').mockImplementationOnce(async function (this: FileHandle, data) {
      await appendFile.call(this, (data as Buffer).subarray(0, 100));
      throw errno('ENOSPC');
    });
    await expect(journal.append(accepted(2))).rejects.toThrow(JournalNotWritableError);
    expect(await found()).toEqual({ open: ['c1'], damage: undefined });
  });

  it('keeps the end of what it accepted on a full disk, in the place of its acceptance', async () => {
    const journal = await openJournal();
    for (const sequence of [1, 2, 3]) await journal.append(accepted(sequence));
    const { size } = await stat(path);
    const handles = await fileHandles();
    jest.spyOn(handles, 'appendFile').mockRejectedValue(errno('ENOSPC'));
    jest.spyOn(handles, 'writeFile').mockRejectedValue(errno('ENOSPC'));
    const report = { commandId: 'c3', state: 'failed' as const, changeIds: [], cause: 'journal-not-writable' };
    await journal.append({ t: 'end', report });
    await expect(journal.append(accepted(4))).rejects.toThrow(JournalNotWritableError);
    jest.restoreAllMocks();
    expect((await stat(path)).size).toBe(size);
    const { state } = await openJournal();
    expect([...state.open.keys(), ...state.ends.keys()]).toEqual(['c1', 'c2', 'c3']);
    expect(state.ends.get('c3')).toEqual({ report, acked: false });
    expect(state).toMatchObject({ lastSequence: 3, fence: undefined });
  });

  it('leaves no half of a file behind that could not be replaced', async () => {
    const journal = await openJournal();
    const handles = await fileHandles();
    jest.spyOn(handles, 'datasync').mockRejectedValue(errno('EIO'));
    jest.spyOn(handles, 'sync').mockRejectedValue(errno('ENOSPC'));
    for (const sequence of [1, 2])
      await expect(journal.append(accepted(sequence))).rejects.toThrow(JournalNotWritableError);
    expect((await readdir(directory)).filter((name) => name.startsWith('journal'))).toEqual([
      'journal',
      'journal.mark',
    ]);
  });

  it('is without the append that a crash interrupted, and goes on behind it', async () => {
    const journal = await openJournal();
    await journal.append(accepted(1));
    await journal.close();
    const whole = await readFile(path);
    await writeFile(path, Buffer.concat([whole, whole.subarray(-whole.length, -whole.length + 60)]));
    const again = await openJournal();
    await again.append(accepted(2));
    expect(await found()).toEqual({ open: ['c1', 'c2'], damage: undefined });
  });

  it.each<[string, () => Promise<void>]>([
    ['a flipped bit', () => flip(-100)],
    ['a lost end', () => truncate(path, 60)],
    ['a lost file', () => rm(path)],
  ])('after %s is written anew from what it proves, under another id', async (_what, damageIt) => {
    const journal = await openJournal();
    for (let sequence = 1; sequence <= 3; sequence += 1) await journal.append(accepted(sequence));
    await damageIt();
    const salvaged = await openJournal();
    expect(salvaged.id).not.toBe(journal.id);
    expect(salvaged.state).toMatchObject({ open: new Map(), fence: {} });
    await salvaged.close();
    expect(await found()).toMatchObject({ damage: undefined });
    expect((await openJournal()).id).toBe(salvaged.id);
  });

  it('keeps a copy of the damaged file for a person', async () => {
    await (await openJournal()).append(accepted(1));
    await flip(100);
    const damaged = await readFile(path);
    await openJournal();
    expect(await readFile(`${path}.damaged`)).toEqual(damaged);
  });

  it('that cannot be read says which file it is and the way out', async () => {
    await mkdir(path);
    await expect(openJournal()).rejects.toThrow(
      `cannot read the journal ${path}: make it readable, or move it away (and leave ${path}.mark): ` +
        'the agent then asks a person about each command it may have had',
    );
  });

  async function flip(at: number): Promise<void> {
    const bytes = await readFile(path);
    const byte = (at + bytes.length) % bytes.length;
    bytes[byte] = (bytes[byte] ?? 0) ^ 1;
    await writeFile(path, bytes);
  }
});
