/** A stream of which a part that is still to come can be seen, and taken out. */
export class Lookahead<T> {
  private readonly source: AsyncIterator<T>;
  private seen: T[] = [];

  constructor(
    source: AsyncIterable<T>,
    private readonly most: number,
  ) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** @returns undefined at the end */
  async head(): Promise<T | undefined> {
    if (this.seen.length === 0) await this.fill(1);
    return this.seen[0];
  }

  shift(): void {
    this.seen.shift();
  }

  /** How far ahead the first is for which it holds. @returns undefined where none is in sight */
  async ahead(holds: (item: T) => boolean): Promise<number | undefined> {
    await this.fill(this.most);
    const at = this.seen.findIndex(holds);
    return at < 0 ? undefined : at;
  }

  /** @param at what `ahead` has said */
  take(at: number): T | undefined {
    return this.seen.splice(at, 1)[0];
  }

  private async fill(count: number): Promise<void> {
    while (this.seen.length < count) {
      const next = await this.source.next();
      if (next.done) return;
      this.seen.push(next.value);
    }
  }
}
