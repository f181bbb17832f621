import { copyFile, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, type AgentLogger } from '../logger';
import { findFrame, frameRecord, readFrames, type Numbered } from './framing';
import type { JournalStore } from './journal-store';
import { provable, type Damage } from './provable';
import type { JournalRecord } from './record';

/**
 * An append-only file of framed records, synced at each append and compacted by rename. One process at a time.
 * Beside it lies `<path>.mark`, the number of the last record that was synced: written after each sync and not synced
 * itself, it may be behind and is never ahead, so a file that lost its end is known for one. A damaged file is kept as
 * `<path>.damaged`.
 */
export function fileJournalStore(path: string, logger: AgentLogger): JournalStore {
  const file = new RecordFile(path);
  return {
    load: async () => {
      const { records, damage, cutBytes } = await file.load();
      if (damage) await keepDamaged(path, damage, logger);
      else if (cutBytes > 0) logger.warn('Left out the torn tail of the journal', { path, bytes: cutBytes });
      return { records, ...(damage && { damage }) };
    },
    append: (records) => file.append(records),
    endInPlace: (end) => file.endInPlace(end),
    rewrite: (records) => file.rewrite(records),
    close: () => file.close(),
  };
}

class RecordFile {
  private handle: FileHandle | undefined;
  private lastNumber = 0;
  /** Bytes of the file that are whole records; what lies behind is cut off before the next append. */
  private goodBytes = 0;

  constructor(private readonly path: string) {}

  async load(): Promise<{ records: JournalRecord[]; damage: Damage | undefined; cutBytes: number }> {
    const file = await this.read();
    const mark = await readMark(this.path);
    const frames = readFrames(file);
    const { records, damage } = provable<JournalRecord & Numbered>(frames, mark);
    this.lastNumber = Math.max(mark ?? 0, ...frames.records.map(({ n }) => n));
    this.goodBytes = frames.goodBytes;
    const unnumbered = records.map(({ n: _n, ...record }) => record as JournalRecord);
    return { records: unnumbered, damage, cutBytes: file.length - frames.goodBytes };
  }

  async append(records: readonly JournalRecord[]): Promise<void> {
    const bytes = this.frame(records);
    try {
      const handle = (this.handle ??= await this.open());
      await handle.appendFile(bytes);
      await handle.datasync();
      await writeMark(this.path, this.lastNumber + records.length);
    } catch (error) {
      await this.takeBack();
      throw error;
    }
    this.lastNumber += records.length;
    this.goodBytes += bytes.length;
  }

  async endInPlace(end: JournalRecord & { t: 'end' }): Promise<boolean> {
    const place = findFrame(await this.read(), (found) => {
      const record = found as JournalRecord & Numbered;
      return record.t === 'accepted' && record.commandId === end.report.commandId;
    });
    if (!place) return false;
    const bytes = frameRecord(place.record.n, end, place.end - place.at);
    if (bytes.length > place.end - place.at) return false;
    const handle = await open(this.path, 'r+');
    try {
      await handle.write(bytes, 0, bytes.length, place.at);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    return true;
  }

  async rewrite(records: readonly JournalRecord[]): Promise<void> {
    const bytes = this.frame(records);
    await writeFileDurably(this.path, bytes);
    await this.close();
    this.lastNumber += records.length;
    this.goodBytes = bytes.length;
    await writeMark(this.path, this.lastNumber);
  }

  async close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }

  private async open(): Promise<FileHandle> {
    const handle = await open(this.path, 'a', 0o600);
    await handle.truncate(this.goodBytes);
    return handle;
  }

  private frame(records: readonly JournalRecord[]): Buffer {
    return Buffer.concat(records.map((record, at) => frameRecord(this.lastNumber + 1 + at, record)));
  }

  /** What may have been written of a failed append must not be found after a crash: it was not acted on. */
  private async takeBack(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    try {
      await handle?.truncate(this.goodBytes);
    } finally {
      await handle?.close();
    }
  }

  private async read(): Promise<Buffer> {
    try {
      return await readFile(this.path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
      throw new Error(
        `cannot read the journal ${this.path}: make it readable, or move it away (and leave ${this.path}.mark): ` +
          'the agent then asks a person about each command it may have had',
        { cause },
      );
    }
  }
}

const MARK_DIGITS = 16;

async function readMark(path: string): Promise<number | undefined> {
  try {
    const text = await readFile(`${path}.mark`, 'utf8');
    return /^\d{16}\n$/.test(text) ? Number(text) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** In place, so that it needs no room once it is there. */
async function writeMark(path: string, n: number): Promise<void> {
  const text = Buffer.from(`${String(n).padStart(MARK_DIGITS, '0')}\n`);
  const handle = await openForUpdate(`${path}.mark`);
  try {
    await handle.write(text, 0, text.length, 0);
  } finally {
    await handle.close();
  }
}

async function openForUpdate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'w', 0o600);
  }
}

/** For the person who looks into it: the journal itself is written anew from what it proves. */
async function keepDamaged(path: string, { reason }: Damage, logger: AgentLogger): Promise<void> {
  const kept = `${path}.damaged`;
  logger.error('The journal is damaged: what it proves is kept, a person is asked about the rest', {
    path,
    reason,
    kept,
  });
  try {
    await copyFile(path, kept);
  } catch (error) {
    logger.warn('Cannot keep a copy of the damaged journal', { path: kept, error: messageOf(error) });
  }
}

/** Writes a whole file so that after a crash either the old or the new one is there. Mode 0600. */
export async function writeFileDurably(path: string, content: Buffer | string): Promise<void> {
  const next = `${path}.next`;
  try {
    await writeSynced(next, content);
    await rename(next, path);
  } catch (error) {
    // On a full disk what was written of it would take the room that is left.
    await rm(next, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function writeSynced(path: string, content: Buffer | string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
