/** Where a simulated device reads the time and orders its timers; injected so that a fleet can live on virtual time. */
export interface Clock {
  /** Wall clock, nanoseconds since the epoch. May step back: the simulated notices keep their own strict order. */
  nowNs(): bigint;
  /** Calls `fn` once after `ms` milliseconds; the returned function cancels it and may be called at any time. */
  setTimer(ms: number, fn: () => void): () => void;
}

const ANCHOR_NS = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/** The process's own clock: nanosecond steps from the monotonic clock, anchored to the wall clock at load. */
export const realClock: Clock = {
  nowNs: () => ANCHOR_NS + process.hrtime.bigint(),
  setTimer: (ms, fn) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};

interface VirtualTimer {
  atNs: bigint;
  order: number;
  fn: () => void;
}

/** A clock that moves only when told to: `advance` runs due timers in order, giving promises a turn after each. */
export class VirtualClock implements Clock {
  private timers: VirtualTimer[] = [];
  private order = 0;

  constructor(private now = 1_788_000_000_000_000_000n) {}

  nowNs(): bigint {
    return this.now;
  }

  setTimer(ms: number, fn: () => void): () => void {
    const timer = { atNs: this.now + BigInt(Math.round(ms * 1e6)), order: this.order++, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Timers currently held; 0 when every device is at rest. */
  pendingTimers(): number {
    return this.timers.length;
  }

  /** Sets the wall clock (it may go back); due times of pending timers move with it. */
  step(ms: number): void {
    const delta = BigInt(Math.round(ms * 1e6));
    this.now += delta;
    for (const timer of this.timers) timer.atNs += delta;
  }

  /** Moves time on by `ms`, running every timer that comes due, including those set on the way. */
  async advance(ms: number): Promise<void> {
    const untilNs = this.now + BigInt(Math.round(ms * 1e6));
    await settle();
    for (let due = this.takeDue(untilNs); due; due = this.takeDue(untilNs)) {
      if (due.atNs > this.now) this.now = due.atNs;
      due.fn();
      await settle();
    }
    this.now = untilNs;
  }

  private takeDue(untilNs: bigint): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.timers) {
      if (timer.atNs > untilNs) continue;
      if (!next || timer.atNs < next.atNs || (timer.atNs === next.atNs && timer.order < next.order)) next = timer;
    }
    if (next) this.timers = this.timers.filter((timer) => timer !== next);
    return next;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
