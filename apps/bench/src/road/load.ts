/** An open-loop load: requests start on time, however long earlier ones take. */
export interface Load {
  readonly perSecond: number;
  readonly count: number;
}

/** Starts `request(0)`, `request(1)`, ... at the rate and resolves when all have ended. */
export async function postAtRate(load: Load, request: (at: number) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (let at = 0; at < load.count; at += 1) {
    const dueInMs = startedAt + (at * 1000) / load.perSecond - performance.now();
    if (dueInMs > 0) await new Promise((resolve) => setTimeout(resolve, dueInMs));
    running.push(request(at));
  }
  await Promise.all(running);
}
