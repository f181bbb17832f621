import type { Queue } from 'bullmq';

/** Longer than this and Redis counts as away. */
const MOST_MS = 2_000;

/** Jobs sent together: all that is made of them stays in memory until Redis has taken the last. */
const SLICE = 200;

type Bulk<T> = Parameters<Queue<T>['addBulk']>[0];

/**
 * Adds jobs, or gives up: what is added here is a nudge that a sweep makes good, and nobody waits for Redis.
 * @throws when Redis refuses or is away, or does not take some in time (they may be added later all the same; the rest is not)
 */
export async function addBounded<T>(queue: Queue<T>, jobs: Bulk<T>): Promise<void> {
  for (let at = 0; at < jobs.length; at += SLICE) {
    await bounded(queue, 'add jobs to', () => queue.addBulk(jobs.slice(at, at + SLICE)));
  }
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
