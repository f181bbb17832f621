/**
 * Runs `work` soon after it was asked for, never twice at the same time: what is asked meanwhile runs once more after.
 */
export class Coalesced {
  private asked = false;
  private running: Promise<void> | undefined;

  /** @param onError told of a failure; the next call tries again */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  ask(): void {
    this.asked = true;
    this.running ??= this.run();
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.asked) {
      this.asked = false;
      try {
        await this.work();
      } catch (error) {
        this.onError(error);
      }
    }
    this.running = undefined;
  }
}
