import type { Queue } from 'bullmq';

/** Longer than this and Redis counts as away. */
const ADD_TIMEOUT_MS = 2_000;

type Bulk<T> = Parameters<Queue<T>['addBulk']>[0];

/**
 * Adds jobs, or gives up: what is added here is a nudge that a sweep makes good, and nobody waits for Redis.
 * @throws when Redis refuses, or does not take them in time (they may be added later all the same)
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
    await Promise.race([queue.addBulk(jobs), late]);
  } finally {
    clearTimeout(timer);
  }
}
