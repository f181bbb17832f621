import type { NoticesCursor } from '../journal/record';

/** Moves a cursor over things that settle in any order: never past one that has not. */
export class CursorTrail {
  private readonly steps: { readonly cursor: NoticesCursor; settled: boolean }[] = [];

  constructor(private readonly moved: (cursor: NoticesCursor) => void) {}

  /** Adds a step behind the others. @returns its settling */
  add(cursor: NoticesCursor): () => void {
    const step = { cursor, settled: false };
    this.steps.push(step);
    return () => {
      step.settled = true;
      this.advance();
    };
  }

  private advance(): void {
    let last: NoticesCursor | undefined;
    while (this.steps[0]?.settled) last = this.steps.shift()?.cursor;
    if (last) this.moved(last);
  }
}
