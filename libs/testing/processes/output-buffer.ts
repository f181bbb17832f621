/** The last `limit` characters of what a process printed. */
export class OutputBuffer {
  private kept = '';
  private listeners = new Set<() => void>();

  constructor(private readonly limit: number) {}

  append(data: string): void {
    this.kept = (this.kept + data).slice(-this.limit);
    for (const listener of this.listeners) listener();
  }

  text(): string {
    return this.kept;
  }

  /** Calls `listener` after each append. @returns what ends that */
  onAppend(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
