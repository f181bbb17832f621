import { GENESIS } from './chain';
import { knownEntries, type Checkpoint } from './checkpoint';
import { Comparison, type Known } from './compare';
import { running, written } from './digest';
import { follow, lineOf, meetsNext, type Line, type Place } from './follow';
import { KeptCheckpoints, type Stretch } from './kept-checkpoints';
import { Lines, split } from './lines';
import { Tally, type Verdict } from './verdict';

export interface VerifyOptions {
  /** The only key that may have signed the checkpoints, where it is known. */
  readonly key?: string | undefined;
  /** Told of lines that were read, now and then. */
  readonly onProgress?: (entries: number) => void;
}

/** As many lines are taken at once where no checkpoint says how many belong together. */
const LINES_AT_ONCE = 1_000;

/**
 * Holds a whole export against kept checkpoints. In memory is what one checkpoint speaks of, and 32 bytes of each entry
 * that one knows.
 *
 * | what is next                 | how it is proven                                                                        |
 * | ---------------------------- | --------------------------------------------------------------------------------------- |
 * | a checkpoint's stretch       | one digest of its lines; where it does not fit, entry by entry from there on             |
 * | a stretch of no checkpoint   | by its own hashes, and that they end in what the next checkpoint says was before it       |
 * | newer than every checkpoint  | not: only that its own hashes follow from the last checkpoint                            |
 *
 * @param chunks the export's bytes
 * @param checkpoints lines of the kept files, oldest first
 * @throws what the streams throw
 */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array>,
  checkpoints: AsyncIterable<string>,
  { key, onProgress }: VerifyOptions = {},
): Promise<Verdict> {
  const kept = new KeptCheckpoints(checkpoints, key);
  const verification = new Verification(new Lines(chunks), kept.stretches(), onProgress);
  const tally = await verification.run();
  return {
    ...{ entries: tally.entries, proven: tally.proven, knownTo: tally.knownTo, keys: [...kept.keys] },
    findings: [...kept.findings, ...tally.findings],
  };
}

class Verification {
  private readonly tally = new Tally();
  private last: Place = { position: 0, hash: written(GENESIS) };

  constructor(
    private readonly lines: Lines,
    private readonly stretches: AsyncGenerator<Stretch>,
    private readonly onProgress: ((entries: number) => void) | undefined,
  ) {}

  async run(): Promise<Tally> {
    for (let next = await this.stretches.next(); !next.done; next = await this.stretches.next()) {
      if (!(await this.proves(next.value))) return this.compared(next.value);
      this.onProgress?.(this.tally.entries);
    }
    await this.newer();
    return this.tally;
  }

  /** @returns false where entries have to be compared, from the first of the stretch on */
  private async proves(stretch: Stretch): Promise<boolean> {
    if (stretch.kind === 'unknown') return this.passes(stretch);
    const { checkpoint } = stretch;
    const wanted = checkpoint.to - checkpoint.from + 1;
    const { pieces, count } = await this.lines.take(wanted);
    const hash = running();
    for (const piece of pieces) hash.update(piece);
    if (count < wanted || hash.digest('base64url') !== checkpoint.lines) {
      this.lines.giveBack(pieces);
      return false;
    }
    this.tally.entries += wanted;
    this.tally.proven += wanted;
    this.know(checkpoint);
    this.last = { position: checkpoint.to, hash: checkpoint.hash };
    return true;
  }

  private async passes(stretch: Extract<Stretch, { kind: 'unknown' }>): Promise<boolean> {
    while (!this.tally.isFull && (await this.followNext(stretch.next.from)));
    meetsNext(this.last, stretch, this.tally);
    return true;
  }

  private async newer(): Promise<void> {
    while (!this.tally.isFull && (await this.followNext(Infinity))) this.onProgress?.(this.tally.entries);
  }

  /** Lines up to the position `until`, some at once. @returns false when there is none */
  private async followNext(until: number): Promise<boolean> {
    const { pieces } = await this.lines.take(LINES_AT_ONCE);
    const lines = split(pieces).map((text) => ({ text, line: lineOf(text) }));
    const beyond = lines.findIndex(({ line }) => line.position >= until);
    const followed = beyond < 0 ? lines : lines.slice(0, beyond);
    if (beyond >= 0) this.lines.giveBack(lines.slice(beyond).map(({ text }) => Buffer.from(`${text}\n`)));
    for (const { line } of followed) {
      follow(this.last, line, this.tally);
      if (line.isReadable) this.last = line;
      this.tally.entries++;
    }
    return followed.length > 0;
  }

  private async compared(first: Stretch): Promise<Tally> {
    const found = this.tally.findings.length;
    await new Comparison(this.eachLine(), this.eachKnown(first), this.last, this.tally).run();
    if (this.tally.findings.length === found && first.kind === 'known') {
      const why = 'its digest is not that of its entries';
      this.tally.found({ kind: 'checkpoint', position: first.checkpoint.from, why });
    }
    // The other checkpoints are read too: what cannot be believed of them is told as well.
    for (let next = await this.stretches.next(); !next.done; next = await this.stretches.next()) {
      if (next.value.kind === 'known') this.know(next.value.checkpoint);
    }
    return this.tally;
  }

  private async *eachLine(): AsyncGenerator<Line> {
    for (;;) {
      const { pieces, count } = await this.lines.take(LINES_AT_ONCE);
      if (count === 0) return;
      yield* split(pieces).map(lineOf);
      this.onProgress?.(this.tally.entries);
    }
  }

  private async *eachKnown(first: Stretch): AsyncGenerator<Known> {
    for (
      let next: Stretch | undefined = first;
      next;
      next = (await this.stretches.next()).value as Stretch | undefined
    ) {
      yield next;
      if (next.kind === 'unknown') continue;
      this.know(next.checkpoint);
      const entries = knownEntries(next.checkpoint);
      if (!entries)
        this.tally.found({ kind: 'checkpoint', position: next.checkpoint.from, why: 'its ids and leaves do not fit' });
      for (const entry of entries ?? []) yield { kind: 'entry', entry };
    }
  }

  private know({ to, at }: Checkpoint): void {
    this.tally.knownTo = to;
    this.tally.knownAt = at;
  }
}
