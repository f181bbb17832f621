/** Something that must come on: `dueAt` is when it has not, in milliseconds of performance.now(); Infinity for never. */
export interface Timed {
  readonly dueAt: number;
  /** The time has come. Not called again before `dueAt` has moved. */
  expire(): void;
}

/**
 * Time limits under one timer, for most are met: a timer each, made and cleared, would cost a small request a twentieth
 * of its time. The timer is set for the first of them and looks then who is due; one that was met or put off meanwhile
 * costs nothing but this look. It keeps no process alive: what is timed does.
 */
export class Deadlines<T extends Timed> implements Iterable<T> {
  private readonly timed = new Set<T>();
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;

  /** Once added, whoever brings its `dueAt` forward says so with `expect`; putting it off needs no word. */
  add(timed: T): void {
    this.timed.add(timed);
    this.expect(timed.dueAt);
  }

  delete(timed: T): void {
    this.timed.delete(timed);
  }

  /** One of them may be due at `dueAt`. */
  expect(dueAt: number): void {
    if (dueAt >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = dueAt;
    this.timer = setTimeout(() => this.look(), Math.max(0, Math.ceil(dueAt - performance.now())));
    this.timer.unref();
  }

  /** Takes the timer away; nothing expires any more. */
  stop(): void {
    clearTimeout(this.timer);
    this.timerAt = -Infinity;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.timed.values();
  }

  private look(): void {
    this.timerAt = Infinity;
    const now = performance.now();
    for (const timed of this.timed) {
      if (timed.dueAt <= now) timed.expire();
    }
    let first = Infinity;
    for (const timed of this.timed) first = Math.min(first, timed.dueAt);
    this.expect(first);
  }
}
