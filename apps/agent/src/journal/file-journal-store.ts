import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AgentLogger } from '../logger';
import { frameRecord, readFrames } from './framing';
import type { JournalStore } from './journal-store';
import type { JournalRecord } from './record';

/** An append-only file of framed records, synced at each append and compacted by rename. One process at a time. */
export function fileJournalStore(path: string, logger: AgentLogger): JournalStore {
  let handle: FileHandle | undefined;

  const reopen = async (): Promise<FileHandle> => {
    await handle?.close();
    handle = await open(path, 'a', 0o600);
    return handle;
  };
  return {
    load: async () => {
      const file = await readOrEmpty(path);
      const { records, goodBytes } = readFrames(file);
      if (goodBytes < file.length) {
        logger.warn('Cut the torn tail of the journal', { path, bytes: file.length - goodBytes });
        await truncate(path, goodBytes);
      }
      return records as JournalRecord[];
    },
    append: async (records) => {
      const file = handle ?? (await reopen());
      await file.appendFile(Buffer.concat(records.map(frameRecord)));
      await file.datasync();
    },
    rewrite: async (records) => {
      await writeFileDurably(path, Buffer.concat(records.map(frameRecord)));
      await reopen();
    },
    close: async () => {
      await handle?.close();
      handle = undefined;
    },
  };
}

/** Writes a whole file so that after a crash either the old or the new one is there. Mode 0600. */
export async function writeFileDurably(path: string, content: Buffer | string): Promise<void> {
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function truncate(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readOrEmpty(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
