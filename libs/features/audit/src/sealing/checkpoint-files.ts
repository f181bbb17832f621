import { open, mkdir, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { readCheckpoint, type Checkpoint } from '@corefleet/audit-chain';

/** A file holds a day of checkpoints, and no more than this. */
const FILE_MOST_BYTES = 64 * 1024 * 1024;
/** Longer than any line. */
const TAIL_BYTES = 512 * 1024;
const NAME = /^audit-\d{16}\.jsonl$/;

/** The newest checkpoint of a directory. */
export interface LastCheckpoint extends Checkpoint {
  readonly line: string;
}

/**
 * The files of checkpoints in one directory: JSON Lines, named by the first position in them, so that their names are in
 * order. Written by one sealer at a time, read by anybody; a copy of them is what proves the audit.
 */
export class CheckpointFiles {
  constructor(private readonly directory: string) {}

  /**
   * The newest whole line. What a death left behind it, half a line, is none.
   * @returns undefined in a directory without checkpoints
   * @throws when the newest line is not a checkpoint: somebody else has written there
   */
  async last(): Promise<LastCheckpoint | undefined> {
    const name = (await this.names()).at(-1);
    if (name === undefined) return undefined;
    const { line } = await this.withFile(name, 'r', tailOf);
    if (line === undefined) return this.lastBefore(name);
    const checkpoint = readCheckpoint(line);
    if (!checkpoint) throw new Error(`cannot go on with checkpoints: the last line of ${name} is none`);
    return { ...checkpoint, line };
  }

  /** Adds a line for good: it is on the disk when this resolves. Half a line that a death left is taken away before. */
  async append(line: string, { from, at }: { readonly from: number; readonly at: Date }): Promise<void> {
    const current = (await this.names()).at(-1);
    const goesOn = current !== undefined && (await this.hasRoom(current, at));
    const name = goesOn ? current : `audit-${String(from).padStart(16, '0')}.jsonl`;
    await mkdir(this.directory, { recursive: true, mode: 0o750 });
    await this.withFile(name, 'a+', async (file) => {
      const { size, whole } = await tailOf(file);
      if (whole < size) await file.truncate(whole);
      await file.writeFile(`${line}\n`);
      await file.sync();
    });
    if (!goesOn) await this.syncDirectory();
  }

  /** Paths, oldest first. */
  async paths(): Promise<string[]> {
    return (await this.names()).map((name) => path.join(this.directory, name));
  }

  private async lastBefore(name: string): Promise<LastCheckpoint | undefined> {
    const before = (await this.names()).filter((each) => each < name).at(-1);
    if (before === undefined) return undefined;
    const { line } = await this.withFile(before, 'r', tailOf);
    const checkpoint = line === undefined ? undefined : readCheckpoint(line);
    if (line === undefined || !checkpoint)
      throw new Error(`cannot go on with checkpoints: the last line of ${before} is none`);
    return { ...checkpoint, line };
  }

  private async hasRoom(name: string, at: Date): Promise<boolean> {
    const { size, line } = await this.withFile(name, 'r', tailOf);
    if (line === undefined) return true;
    return size < FILE_MOST_BYTES && readCheckpoint(line)?.at.slice(0, 10) === at.toISOString().slice(0, 10);
  }

  private async names(): Promise<string[]> {
    try {
      return (await readdir(this.directory)).filter((name) => NAME.test(name)).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private async withFile<T>(name: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await open(path.join(this.directory, name), flags, 0o640);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }

  /** A new file's name is on the disk as well. */
  private async syncDirectory(): Promise<void> {
    const directory = await open(this.directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

/** The last whole line of a file, how far whole lines go, and its size; both in bytes. */
async function tailOf(file: FileHandle): Promise<{ line: string | undefined; whole: number; size: number }> {
  const { size } = await file.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const tail = Buffer.alloc(size - start);
  await file.read(tail, 0, tail.length, start);
  const end = tail.lastIndexOf('\n');
  if (end < 0) return { line: undefined, whole: start, size };
  const begin = end === 0 ? 0 : tail.lastIndexOf('\n', end - 1) + 1;
  return { line: tail.toString('utf8', begin, end), whole: start + end + 1, size };
}
