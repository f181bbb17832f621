import { Clock } from '@corefleet/platform/clock';
import type { Clock as SimulatedClock } from '@corefleet/snapd-simulator';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fn: () => void;
  cancelled: boolean;
}

const isBefore = (one: Timer, two: Timer): boolean =>
  one.atMs < two.atMs || (one.atMs === two.atMs && one.order < two.order);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The one time of a closed-loop fleet: server and devices read it, and it moves only when told to. */
export class FleetTime extends Clock implements SimulatedClock {
  /** A binary heap: the first is the next. */
  private readonly timers: Timer[] = [];
  private made = 0;

  /** @param nowMs milliseconds since 1970 */
  constructor(private nowMs: number) {
    super();
  }

  override now(): Date {
    return new Date(this.nowMs);
  }

  nowNs(): bigint {
    return BigInt(this.nowMs) * 1_000_000n;
  }

  setTimer(ms: number, fn: () => void): () => void {
    const timer: Timer = { atMs: this.nowMs + Math.ceil(ms), order: (this.made += 1), fn, cancelled: false };
    this.push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(ms, resolve));
  }

  /** When the next timer is due, in milliseconds since 1970; undefined when nobody waits for anything. */
  nextDueMs(): number | undefined {
    while (this.timers[0]?.cancelled) this.pop();
    return this.timers[0]?.atMs;
  }

  /** Moves time on, running every timer that comes due in its order; promises get a turn after each. */
  async advanceTo(untilMs: number): Promise<void> {
    for (let dueMs = this.nextDueMs(); dueMs !== undefined && dueMs <= untilMs; dueMs = this.nextDueMs()) {
      this.nowMs = Math.max(this.nowMs, dueMs);
      this.pop()?.fn();
      await turn();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  private push(timer: Timer): void {
    let at = this.timers.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  private pop(): Timer | undefined {
    const [first] = this.timers;
    const last = this.timers.pop();
    if (last === undefined || last === first) return first;
    this.timers[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const [one, two] = [this.timers[left], this.timers[right]];
      const child = one && two && isBefore(two, one) ? right : left;
      if (!this.swapIfBefore(child, at)) return first;
      at = child;
    }
  }

  /** @returns whether the timer at `at` came before the one at `other`, and so has its place now */
  private swapIfBefore(at: number, other: number): boolean {
    const [one, two] = [this.timers[at], this.timers[other]];
    if (!one || !two || !isBefore(one, two)) return false;
    this.timers[at] = two;
    this.timers[other] = one;
    return true;
  }
}
