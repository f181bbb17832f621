import type { Queue } from 'bullmq';

/** Longer than this and Redis counts as away. */
const MOST_MS = 2_000;

type Bulk<T> = Parameters<Queue<T>['addBulk']>[0];

/**
 * Adds jobs, or gives up: what is added here is a nudge that a sweep makes good, and nobody waits for Redis.
 * @throws when Redis refuses or is away, or does not take them in time (they may be added later all the same)
 */
export async function addBounded<T>(queue: Queue<T>, jobs: Bulk<T>): Promise<void> {
  if (jobs.length === 0) return;
  await bounded(queue, 'add jobs to', () => queue.addBulk(jobs));
}

/**
 * Does something with a queue, or gives up after two seconds.
 * @param what in the words of an error: `cannot <what> "<queue>"`
 * @throws when Redis refuses or is away, or takes longer (it may be done later all the same)
 */
export async function bounded<T>(queue: Queue, what: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`cannot ${what} "${queue.name}" within ${MOST_MS} ms`)), MOST_MS);
  });
  try {
    return await Promise.race([whenReady(queue, what, work), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A connection that waits for Redis would keep all that is asked meanwhile: hours of sweeps. */
async function whenReady<T>(queue: Queue, what: string, work: () => Promise<T>): Promise<T> {
  const { status } = await queue.client;
  if (status !== 'ready') throw new Error(`cannot ${what} "${queue.name}": Redis is away`);
  return work();
}
