import { createHash, randomUUID } from 'node:crypto';
import type { ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  ArtifactBytesMissingError,
  ArtifactStorageFullError,
  ArtifactTooLargeError,
  UploadCutError,
} from './artifacts.errors';

/** A file that has come whole and is on the disk, under a name of its own. Keep or discard it. */
export interface ReceivedFile {
  readonly temporaryPath: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** First and last byte, counted from 0. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

const TEMPORARY = 'tmp';
const STORAGE_FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * The bytes of artifacts: `<directory>/<first two digits>/<sha256>`, in a directory that every api, gateway and worker
 * of a fleet shares. A row says what is kept; what no row says is swept.
 *
 * | state     | on the disk               | in Postgres | leads to                                                       |
 * |-----------|---------------------------|-------------|----------------------------------------------------------------|
 * | receiving | `tmp/<uuid>`, growing     | -           | received; nothing (cut, too large, disk full: removed)          |
 * | received  | `tmp/<uuid>`, synced      | -           | placed; nothing (refused: removed)                              |
 * | placed    | `<aa>/<sha256>`           | -           | kept, in the transaction that holds the lock of its digest      |
 * | kept      | `<aa>/<sha256>`           | a row       | unlisted: somebody removes it, or it expires                    |
 * | unlisted  | `<aa>/<sha256>`           | -           | nothing, under the lock of its digest; kept again by an upload  |
 * | missing   | -                         | a row       | kept: the same file uploaded again                              |
 *
 * A process may die on any line. `receiving` and `received` leave a temporary file that grows no more: swept when it is
 * an hour old. `placed` and `unlisted` leave a file without a row: swept. The row comes last and goes first, so that a
 * row means bytes; placing a file twice is placing it once.
 */
export class ArtifactFiles {
  constructor(private readonly directory: string) {}

  /** Makes the directory. @throws when it cannot be written: better at the start of a process than at an upload */
  async prepare(): Promise<void> {
    await mkdir(join(this.directory, TEMPORARY), { recursive: true, mode: 0o750 });
    const probe = join(this.directory, TEMPORARY, randomUUID());
    await (await open(probe, 'wx', 0o600)).close();
    await rm(probe);
  }

  /**
   * Streams a file to the disk. Nothing stays of one that fails.
   * @throws ArtifactTooLargeError, UploadCutError when `content` fails, ArtifactStorageFullError
   */
  async receive(content: AsyncIterable<Uint8Array>, mostBytes: number): Promise<ReceivedFile> {
    const temporaryPath = join(this.directory, TEMPORARY, randomUUID());
    try {
      await mkdir(dirname(temporaryPath), { recursive: true, mode: 0o750 });
      const file = await open(temporaryPath, 'wx', 0o640);
      try {
        return { temporaryPath, ...(await receiveInto(file, content, mostBytes)) };
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(temporaryPath, { force: true });
      if (STORAGE_FULL.has((error as NodeJS.ErrnoException).code ?? '')) throw new ArtifactStorageFullError(error);
      throw error;
    }
  }

  /** Puts a received file in its place, durably. To be called under the lock of its digest. */
  async place({ temporaryPath, sha256 }: ReceivedFile): Promise<void> {
    const path = this.pathOf(sha256);
    const made = await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    await rename(temporaryPath, path);
    await syncDirectory(dirname(path));
    if (made !== undefined) await syncDirectory(this.directory);
  }

  /** Forgets a received file; harmless for one that was placed. */
  async discard({ temporaryPath }: ReceivedFile): Promise<void> {
    await rm(temporaryPath, { force: true });
  }

  /** Removes the bytes. To be called under the lock of its digest, when no row says that they are kept. */
  async remove(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true });
  }

  /** Whether all bytes are there. */
  async isThere(sha256: string, sizeBytes: number): Promise<boolean> {
    try {
      return (await stat(this.pathOf(sha256))).size === sizeBytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /**
   * Opens the bytes, or a span of them, to be streamed.
   * @throws ArtifactBytesMissingError before anything is read
   */
  async read(sha256: string, sizeBytes: number, span?: ByteSpan): Promise<ReadStream> {
    const file = await open(this.pathOf(sha256)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new ArtifactBytesMissingError(sha256) : error;
    });
    if ((await file.stat()).size === sizeBytes) return file.createReadStream(span);
    await file.close();
    throw new ArtifactBytesMissingError(sha256);
  }

  /** Removes temporary files that nobody has written to for so long. @returns how many, at most `limit` */
  async sweepTemporary(olderThanMs: number, limit: number): Promise<number> {
    const directory = join(this.directory, TEMPORARY);
    let swept = 0;
    for (const name of await namesIn(directory)) {
      if (swept >= limit) break;
      const path = join(directory, name);
      const modified = await modifiedMs(path);
      if (modified === undefined || Date.now() - modified < olderThanMs) continue;
      await rm(path, { force: true });
      swept += 1;
    }
    return swept;
  }

  /** Digests of the files that lie under a prefix of two digits. */
  async digestsUnder(prefix: string): Promise<string[]> {
    return (await namesIn(join(this.directory, prefix))).filter((name) => /^[0-9a-f]{64}$/.test(name));
  }

  private pathOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`cannot name the file of "${sha256}": it is not a digest`);
    return join(this.directory, sha256.slice(0, 2), sha256);
  }
}

async function receiveInto(
  file: FileHandle,
  content: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<Omit<ReceivedFile, 'temporaryPath'>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of whole(content)) {
    sizeBytes += piece.length;
    if (sizeBytes > mostBytes) throw new ArtifactTooLargeError(mostBytes);
    hash.update(piece);
    await file.writeFile(piece);
  }
  await file.sync();
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** What breaks while it is read was cut; what breaks while it is written was not. */
async function* whole(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    throw new UploadCutError(error);
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

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** @returns undefined when it is gone */
async function modifiedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
