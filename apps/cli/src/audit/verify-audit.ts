import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import {
  findingText,
  outcomeOf,
  verifyExport,
  verifySelection,
  type Outcome,
  type Verdict,
} from '@corefleet/audit-chain';
import { EXIT } from '../exit';
import { keptLines } from './kept-files';

export interface VerifyArguments {
  readonly against: readonly string[];
  readonly key?: string;
  readonly selection?: boolean;
}

interface Sinks {
  readonly out: Writable;
  /** Where a terminal shows how far it is. */
  readonly progress: Writable & { readonly isTTY?: boolean };
}

const CHUNK_BYTES = 1024 * 1024;
const PROGRESS_EVERY = 100_000;

/** Says what an export proves. @returns how the command ends @throws for a file that cannot be read */
export async function verifyAudit(file: string, options: VerifyArguments, { out, progress }: Sinks): Promise<number> {
  const verify = options.selection ? verifySelection : verifyExport;
  const verdict = await verify(bytesOf(file), keptLines(options.against), {
    key: options.key,
    onProgress: progressOf(progress),
  });
  if (progress.isTTY) progress.write('\r\u001b[K');
  const outcome = outcomeOf(verdict);
  for (const line of linesOf(verdict, outcome)) out.write(`${line}\n`);
  return { proven: EXIT.done, contradicted: EXIT.contradicted, unproven: EXIT.unproven }[outcome];
}

/** Opened when it is read: what cannot be opened is told then. */
async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  yield* createReadStream(file, { highWaterMark: CHUNK_BYTES });
}

function linesOf(verdict: Verdict, outcome: Outcome): string[] {
  const { entries, proven, knownTo, keys, findings } = verdict;
  const signed = keys.map((key) => `checkpoints signed with ${key}`);
  switch (outcome) {
    case 'proven':
      return [`proven: all ${entries} entries are as they were sealed`, ...signed];
    case 'contradicted':
      return [...findings.map((finding) => findingText(finding)), ...signed];
    case 'unproven':
      return [
        `${proven} of ${entries} entries are proven, nothing speaks against the others: the checkpoints know up to position ${knownTo}`,
        ...signed,
      ];
  }
}

function progressOf(progress: Sinks['progress']): (entries: number) => void {
  let shown = 0;
  return (entries) => {
    if (!progress.isTTY || entries - shown < PROGRESS_EVERY) return;
    shown = entries;
    progress.write(`\r${entries} entries verified`);
  };
}
