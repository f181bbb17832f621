interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns many single calls into few calls over lists: items that arrive while a batch is under way go into the next.
 * At most `parallel` batches run at once; each caller gets its own item's answer, or the error of its batch.
 */
export class Batcher<In, Out> {
  private waiting: Waiting<In, Out>[] = [];
  private running = 0;

  /** @param run answers in the order of its items */
  constructor(
    private readonly run: (items: In[]) => Promise<Out[]>,
    private readonly limits: { maxItems: number; parallel: number },
  ) {}

  add(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.start());
    });
  }

  private start(): void {
    while (this.waiting.length > 0 && this.running < this.limits.parallel) {
      void this.runBatch(this.waiting.splice(0, this.limits.maxItems));
    }
  }

  private async runBatch(batch: Waiting<In, Out>[]): Promise<void> {
    this.running += 1;
    try {
      const answers = await this.run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, at) => resolve(answers[at] as Out));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.running -= 1;
      this.start();
    }
  }
}
