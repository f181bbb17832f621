/** What could not be made for so long is refused, with the reason of its last try. */
const GIVEN_UP_AFTER_MS = 3_600_000;
/** Between two tries: twice as long each time, from the first to the most. */
const FIRST_WAIT_MS = 2_000;
const MOST_WAIT_MS = 60_000;

interface Failing {
  readonly occurrence: number;
  readonly since: number;
  readonly waitMs: number;
  readonly notBefore: number;
}

/**
 * When an occurrence that could not be made is tried again, and when it is given up. In memory: a process that starts again
 * tries at once, and has the whole patience.
 */
export class MakingPatience {
  private readonly failing = new Map<string, Failing>();

  /** Whether its last try was too short a time ago. */
  isTooEarly(id: string, occurrence: Date, now: Date): boolean {
    const before = this.failing.get(id);
    return before?.occurrence === occurrence.getTime() && now.getTime() < before.notBefore;
  }

  /** A try failed. @returns whether it is to be given up */
  failed(id: string, occurrence: Date, now: Date): boolean {
    const [at, nowMs] = [occurrence.getTime(), now.getTime()];
    const before = this.failing.get(id);
    const { since, waitMs } = before?.occurrence === at ? before : { since: nowMs, waitMs: FIRST_WAIT_MS };
    if (nowMs - since >= GIVEN_UP_AFTER_MS) return true;
    const next = Math.min(2 * waitMs, MOST_WAIT_MS);
    this.failing.set(id, { occurrence: at, since, waitMs: next, notBefore: nowMs + waitMs });
    return false;
  }

  /** Something came of it. */
  forget(id: string): void {
    this.failing.delete(id);
  }
}
