const LINE_END = 10;
/** Longer than any line of an export: an entry has at most a request in it. */
const LINE_MOST_BYTES = 16 * 1024 * 1024;

/** Lines of a stream of bytes, many at a time and without a copy; each ends in a line break, the last one gets one. */
export class Lines {
  private readonly source: AsyncIterator<Uint8Array>;
  private rest: Buffer = Buffer.alloc(0);
  private ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /**
   * @param most lines
   * @returns pieces that together are so many whole lines; fewer only at the end of the stream
   * @throws for a line that has no end within 16 MiB
   */
  async take(most: number): Promise<{ readonly pieces: readonly Buffer[]; readonly count: number }> {
    const pieces: Buffer[] = [];
    let count = 0;
    while (count < most && (this.rest.length > 0 || (await this.more()))) {
      const { end, found } = this.linesOfRest(most - count);
      if (found === 0) {
        if (!(await this.more())) this.rest = Buffer.concat([this.rest, Buffer.from('\n')]);
        continue;
      }
      pieces.push(this.rest.subarray(0, end));
      this.rest = this.rest.subarray(end);
      count += found;
    }
    return { pieces, count };
  }

  /** Gives pieces back that `take` gave last: they are taken again. */
  giveBack(pieces: readonly Buffer[]): void {
    this.rest = Buffer.concat([...pieces, this.rest]);
  }

  private linesOfRest(most: number): { end: number; found: number } {
    let [end, found] = [0, 0];
    while (found < most) {
      const at = this.rest.indexOf(LINE_END, end);
      if (at < 0) break;
      end = at + 1;
      found++;
    }
    return { end, found };
  }

  /** @returns false at the end of the stream */
  private async more(): Promise<boolean> {
    if (this.ended) return false;
    if (this.rest.length > LINE_MOST_BYTES) throw new Error('cannot read the export: a line of it has no end');
    const next = await this.source.next();
    if (next.done) {
      this.ended = true;
      return false;
    }
    this.rest =
      this.rest.length === 0
        ? Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
        : Buffer.concat([this.rest, next.value]);
    return true;
  }
}

/** The lines of what `take` gave, each without its line break. */
export function split(pieces: readonly Buffer[]): string[] {
  const lines = Buffer.concat(pieces).toString('utf8').split('\n');
  lines.pop();
  return lines;
}
