import { leafOf } from './chain';
import { knownEntries, type KnownEntry } from './checkpoint';
import { lineOf, type Line } from './follow';
import { KeptCheckpoints } from './kept-checkpoints';
import { Lines, split } from './lines';
import { Tally, type Verdict } from './verdict';
import type { VerifyOptions } from './verify-export';

const LINES_AT_ONCE = 1_000;

/**
 * Holds an export of some entries against kept checkpoints: each entry that is there has to be the one that was sealed at its
 * position. What is not in it cannot be missed: only a whole export shows that nothing was removed.
 * @throws what the streams throw
 */
export async function verifySelection(
  chunks: AsyncIterable<Uint8Array>,
  checkpoints: AsyncIterable<string>,
  { key, onProgress }: VerifyOptions = {},
): Promise<Verdict> {
  const kept = new KeptCheckpoints(checkpoints, key);
  const tally = new Tally();
  const known = new KnownAt(kept, tally);
  const lines = new Lines(chunks);
  let last = 0;
  for (let taken = await lines.take(LINES_AT_ONCE); taken.count > 0; taken = await lines.take(LINES_AT_ONCE)) {
    for (const line of split(taken.pieces).map(lineOf)) {
      if (line.isReadable) judge(line, last, await known.at(line.position), tally);
      else tally.found({ kind: 'unreadable', position: last });
      last = Math.max(last, line.position);
      tally.entries++;
    }
    onProgress?.(tally.entries);
  }
  await known.end();
  const { entries, proven, knownTo } = tally;
  return { entries, proven, knownTo, findings: [...kept.findings, ...tally.findings], keys: [...kept.keys] };
}

function judge({ position, entry }: Line, last: number, known: KnownEntry | undefined, tally: Tally): void {
  if (!entry) return tally.found({ kind: 'removed', position, ...(known && { id: known.id }), last: { position } });
  if (position <= last) return tally.found({ kind: 'out-of-order', position, entry });
  if (!known) return;
  if (known.id !== entry.id) return tally.found({ kind: 'added', position, entry });
  if (leafOf(entry.text).equals(known.leaf)) tally.proven++;
  else tally.found({ kind: 'edited', position, entry });
}

/** What checkpoints know, asked in the order of positions. */
class KnownAt {
  private readonly stretches;
  private current: readonly KnownEntry[] = [];

  constructor(
    kept: KeptCheckpoints,
    private readonly tally: Tally,
  ) {
    this.stretches = kept.stretches();
  }

  async at(position: number): Promise<KnownEntry | undefined> {
    while (this.tally.knownTo < position && (await this.next()));
    const first = this.current[0]?.position ?? 0;
    return this.current[position - first];
  }

  /** Reads the rest of them: the signature of the last vouches for all. */
  async end(): Promise<void> {
    while (await this.next());
  }

  private async next(): Promise<boolean> {
    const next = await this.stretches.next();
    if (next.done) return false;
    if (next.value.kind === 'known') {
      this.tally.knownTo = next.value.checkpoint.to;
      this.current = knownEntries(next.value.checkpoint) ?? [];
    }
    return true;
  }
}
