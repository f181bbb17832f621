/** A bounded number of things at a time, first come first served. */
export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  /** Resolves with the release of the slot, which may be called twice. */
  take(): Promise<() => void> {
    return new Promise((resolve) => {
      const grant = (): void => {
        this.free -= 1;
        resolve(this.releaseOnce());
      };
      if (this.free > 0) grant();
      else this.waiting.push(grant);
    });
  }

  private releaseOnce(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.free += 1;
      this.waiting.shift()?.();
    };
  }
}
