import { leafOf, nextHash } from './chain';
import type { KnownEntry } from './checkpoint';
import { written } from './digest';
import { follow, meetsNext, type Line, type Place } from './follow';
import type { Stretch } from './kept-checkpoints';
import { Lookahead } from './lookahead';
import type { Tally } from './verdict';

/** What is known next: an entry, or where a stretch begins. */
export type Known = { readonly kind: 'entry'; readonly entry: KnownEntry } | Stretch;

/** How far a removed or a moved entry is looked for: beyond it, it is one removed and one added. */
const LINES_AHEAD = 5_000;
const KNOWN_AHEAD = 100_000;

interface Sides {
  readonly lines: Lookahead<Line>;
  readonly known: Lookahead<Known>;
}

/**
 * Says what differs between the lines of an export and what checkpoints know, entry by entry. Both are walked in order; where
 * the two next ones are not the same entry, the one that is not in sight on the other side was removed or added, and of two that
 * are, the one from farther away is out of order.
 * Slow beside the digests of whole checkpoints, and only asked where one of them does not fit.
 */
export class Comparison {
  private readonly sides: Sides;
  /** Of the chain as the checkpoints have it, at the last position compared. */
  private hash: Uint8Array = Buffer.alloc(0);

  /** @param last the place before the first line */
  constructor(
    lines: AsyncIterable<Line>,
    known: AsyncIterable<Known>,
    private last: Place,
    private readonly tally: Tally,
  ) {
    this.sides = { lines: new Lookahead(lines, LINES_AHEAD), known: new Lookahead(known, KNOWN_AHEAD) };
  }

  /** To the end of both, or until as much is found as is told. */
  async run(): Promise<void> {
    const { lines, known } = this.sides;
    for (let next = await known.head(); next && !this.tally.isFull; next = await known.head()) {
      if (next.kind === 'entry') await this.meet(next.entry);
      else if (next.kind === 'unknown') await this.pass(next);
      else this.begin(next);
      if ((await lines.head()) === undefined) return this.cutOff();
    }
    if (!this.tally.isFull) await this.rest();
  }

  private begin({ checkpoint }: Extract<Stretch, { kind: 'known' }>): void {
    this.hash = Buffer.from(checkpoint.before, 'base64url');
    this.sides.known.shift();
  }

  private async meet(entry: KnownEntry): Promise<void> {
    const { lines, known } = this.sides;
    const line = await lines.head();
    if (!line) return;
    if (line.entry?.id === entry.id) {
      known.shift();
      return this.judge(entry, this.shiftLine(line));
    }
    if (!line.isReadable) {
      this.shiftLine(line);
      this.tally.found({ kind: 'unreadable', position: this.last.position });
      return;
    }
    await this.differ(entry, line);
  }

  private async differ(entry: KnownEntry, line: Line): Promise<void> {
    const { lines, known } = this.sides;
    const lineAt = await lines.ahead((each) => each.entry?.id === entry.id);
    const knownAt =
      line.entry && (await known.ahead((each) => each.kind === 'entry' && each.entry.id === line.entry?.id));
    if (lineAt === undefined) {
      known.shift();
      this.pastRemoved(entry);
    }
    if (knownAt === undefined && line.entry) {
      this.shiftLine(line);
      this.tally.found({ kind: 'added', position: line.position, entry: line.entry });
    }
    if (!line.entry) this.shiftLine(line);
    if (lineAt === undefined || knownAt === undefined) return;
    if (knownAt > lineAt) this.outOfOrder(known.take(knownAt), this.shiftLine(line));
    else this.outOfOrder(known.take(0), this.countLine(lines.take(lineAt)));
  }

  private pastRemoved(entry: KnownEntry): void {
    const { position, id } = entry;
    this.hash = nextHash(this.hash, entry.leaf);
    this.tally.found({ kind: 'removed', position, id, last: { position, id } });
  }

  private outOfOrder(known: Known | undefined, line: Line | undefined): void {
    if (known?.kind !== 'entry' || !line?.entry) return;
    this.tally.found({ kind: 'out-of-order', position: known.entry.position, entry: line.entry });
  }

  /** The same entry on both sides. */
  private judge({ position, leaf }: KnownEntry, { entry, ...line }: Line): void {
    if (!entry) return;
    this.hash = nextHash(this.hash, leaf);
    if (!leafOf(entry.text).equals(leaf)) return this.tally.found({ kind: 'edited', position, entry });
    const isSealed = line.position === position && line.hash === written(this.hash);
    // After anything else was found, all hashes after it may be others: that says nothing new.
    if (!isSealed && this.tally.findings.length === 0)
      return this.tally.found({ kind: 'seal-edited', position, entry });
    this.tally.proven++;
  }

  /** Up to where the next checkpoint begins, lines can only be held against each other. */
  private async pass(stretch: Extract<Stretch, { kind: 'unknown' }>): Promise<void> {
    const { lines, known } = this.sides;
    known.shift();
    const until = stretch.next.from;
    for (let line = await lines.head(); line && line.position < until; line = await lines.head()) this.follow(line);
    meetsNext(this.last, stretch, this.tally);
  }

  /** What is newer than every checkpoint. */
  private async rest(): Promise<void> {
    const { lines } = this.sides;
    for (let line = await lines.head(); line && !this.tally.isFull; line = await lines.head()) this.follow(line);
  }

  private follow(line: Line): void {
    const before = this.last;
    follow(before, this.shiftLine(line), this.tally);
  }

  private async cutOff(): Promise<void> {
    const { known } = this.sides;
    let isCutOff = false;
    for (let next = await known.head(); next; next = await known.head()) {
      isCutOff ||= next.kind === 'entry';
      known.shift();
    }
    const { knownTo, knownAt } = this.tally;
    if (isCutOff) this.tally.found({ kind: 'cut-off', position: this.last.position, known: knownTo, at: knownAt });
  }

  private shiftLine(line: Line): Line {
    this.sides.lines.shift();
    if (line.isReadable) this.last = line;
    this.countLine(line);
    return line;
  }

  private countLine(line: Line | undefined): Line | undefined {
    this.tally.entries++;
    return line;
  }
}
