/** How many runs are at work right now, those aside that wait for time to pass. */
export class Activity {
  private working = 0;
  private waiters: (() => void)[] = [];

  /** Counts `work` until it ends. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.working += 1;
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Does not count while `wait` lasts. */
  async apart<T>(wait: () => Promise<T>): Promise<T> {
    this.leave();
    try {
      return await wait();
    } finally {
      this.working += 1;
    }
  }

  /** Resolves when nobody is at work. */
  async idle(): Promise<void> {
    while (this.working > 0) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  private leave(): void {
    this.working -= 1;
    if (this.working > 0) return;
    for (const wake of this.waiters.splice(0)) wake();
  }
}
