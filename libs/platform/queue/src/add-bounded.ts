import type { Queue } from 'bullmq';

/** Longer than this and Redis counts as away. */
const ADD_TIMEOUT_MS = 2_000;

type Bulk<T> = Parameters<Queue<T>['addBulk']>[0];

/**
 * Adds jobs, or gives up: what is added here is a nudge that a sweep makes good, and nobody waits for Redis.
 * @throws when Redis refuses or is away, or does not take them in time (they may be added later all the same)
 */
export async function addBounded<T>(queue: Queue<T>, jobs: Bulk<T>): Promise<void> {
  if (jobs.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`cannot add jobs to "${queue.name}" within ${ADD_TIMEOUT_MS} ms`)),
      ADD_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([addNow(queue, jobs), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A connection that waits for Redis would keep all that is added meanwhile: hours of sweeps. */
async function addNow<T>(queue: Queue<T>, jobs: Bulk<T>): Promise<void> {
  const { status } = await queue.client;
  if (status !== 'ready') throw new Error(`cannot add jobs to "${queue.name}": Redis is away`);
  await queue.addBulk(jobs);
}
