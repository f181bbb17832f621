import { createReadStream } from 'node:fs';
import { wholeLines } from '@corefleet/audit-chain';
import type { CheckpointFiles } from './checkpoint-files';

/** Every checkpoint of a directory, oldest first. */
export async function* checkpointLines(files: CheckpointFiles): AsyncGenerator<string> {
  for (const file of await files.paths()) yield* wholeLines(createReadStream(file, 'utf8'));
}
