import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { verifyExport, wholeLines, type Verdict } from '@corefleet/audit-chain';
import type { AuditLogService } from '@corefleet/features/audit';

const CHUNK_BYTES = 1024 * 1024;

/** As long as it took, and what CPU of this process, in milliseconds. */
export interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

export async function took(work: () => Promise<void>): Promise<Took> {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}

/** The file through one SHA-256, and nothing else. */
export async function hashFile(file: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of bytes(file)) hash.update(chunk);
  hash.digest();
}

/** As `corefleet audit verify` does. */
export const verifyFile = (file: string, checkpoints: readonly string[]): Promise<Verdict> =>
  verifyExport(bytes(file), linesOf(checkpoints));

/** @returns MiB that this process had more at most while it did */
export async function exportTo(file: string, log: AuditLogService): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const sampling = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
  try {
    await pipeline(log.lines(), createWriteStream(file));
  } finally {
    clearInterval(sampling);
  }
  return (most - before) / 1024 / 1024;
}

async function* linesOf(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) yield* wholeLines(createReadStream(file, 'utf8'));
}

async function* bytes(file: string): AsyncGenerator<Buffer> {
  yield* createReadStream(file, { highWaterMark: CHUNK_BYTES });
}
