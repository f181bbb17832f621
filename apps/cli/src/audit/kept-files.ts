import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readCheckpoint, wholeLines } from '@corefleet/audit-chain';

/**
 * Lines of kept checkpoints: of the files in the order given, and of a directory's `.jsonl` files in the order of their names.
 * @throws for a path that is not there, or a directory without any
 */
export async function* keptLines(paths: readonly string[]): AsyncGenerator<string> {
  for (const each of paths) for (const file of await filesAt(each)) yield* wholeLines(createReadStream(file, 'utf8'));
}

/** The last position that they know; 0 when they know none. */
export async function knownTo(paths: readonly string[]): Promise<number> {
  let known = 0;
  for await (const line of keptLines(paths)) known = Math.max(known, readCheckpoint(line)?.to ?? 0);
  return known;
}

async function filesAt(each: string): Promise<string[]> {
  if (!(await stat(each)).isDirectory()) return [each];
  const names = (await readdir(each)).filter((name) => name.endsWith('.jsonl')).sort();
  if (names.length === 0) throw new Error(`cannot verify against ${each}: there is no checkpoint file in it`);
  return names.map((name) => path.join(each, name));
}
