import { leafOf, nextHash } from './chain';
import { written } from './digest';
import { idOf } from './entry-text';
import { readExportLine } from './export-line';
import type { Named } from './findings';
import type { Stretch } from './kept-checkpoints';
import type { Tally } from './verdict';

/** A place in the chain as the export has it. */
export interface Place {
  readonly position: number;
  readonly hash: string;
}

/** A line of the export; without an entry where that is gone, or the line is none. */
export interface Line extends Place {
  readonly entry: Named | undefined;
  readonly isReadable: boolean;
}

export function lineOf(text: string): Line {
  const line = readExportLine(text);
  if (!line) return { position: 0, hash: '', entry: undefined, isReadable: false };
  const { position, hash, entry } = line;
  const id = entry === undefined ? undefined : idOf(entry);
  return {
    position,
    hash,
    entry: entry === undefined || id === undefined ? undefined : { id, text: entry },
    isReadable: true,
  };
}

/** Holds a line that no checkpoint knows against the one before it: its hash is of that one's hash and of its entry. */
export function follow(before: Place, line: Line, tally: Tally): void {
  const { position, entry } = line;
  if (!line.isReadable) return tally.found({ kind: 'unreadable', position: before.position });
  if (position > before.position + 1)
    tally.found({ kind: 'removed', position: before.position + 1, last: { position: position - 1 } });
  if (!entry) return tally.found({ kind: 'removed', position, last: { position } });
  if (position <= before.position) return tally.found({ kind: 'out-of-order', position, entry });
  const hash = nextHash(Buffer.from(before.hash, 'base64url'), leafOf(entry.text));
  if (position === before.position + 1 && written(hash) !== line.hash) tally.found({ kind: 'edited', position, entry });
}

/** Holds the place at which a stretch that no checkpoint knows has ended against what the next checkpoint says was before it. */
export function meetsNext(
  { position, hash }: Place,
  { from, next }: Extract<Stretch, { kind: 'unknown' }>,
  tally: Tally,
): void {
  if (tally.findings.length > 0) return;
  if (position !== next.from - 1 || hash !== next.before)
    tally.found({ kind: 'stretch', position: from, to: next.from - 1 });
  else tally.proven += next.from - from;
}
