import { Queue, Worker } from 'bullmq';
import { ask, end, forkRole, nextMessage } from '../process/child';

/** Fixed for every benchmark of Corefleet. */
export const BASELINE = { jobs: 20_000, batch: 1_000, concurrency: 50 } as const;

interface WorkerSettings {
  readonly redisUrl: string;
  readonly queue: string;
}

/** No-op jobs a second that bare BullMQ moves: from the first addBulk until the worker process has done the last. */
export async function measureBullmq(redisUrl: string, run: number): Promise<number> {
  const queueName = `bare-${run}`;
  const worker = forkRole('bullmq-worker', { redisUrl, queue: queueName } satisfies WorkerSettings);
  await nextMessage(worker);
  const queue = new Queue(queueName, { connection: { url: redisUrl }, defaultJobOptions: { removeOnComplete: true } });
  await queue.waitUntilReady();
  const done = ask<{ doneAt: number }>(worker, { count: BASELINE.jobs });
  const startedAt = Date.now();
  for (let at = 0; at < BASELINE.jobs; at += BASELINE.batch) {
    await queue.addBulk(Array.from({ length: BASELINE.batch }, (_, n) => ({ name: 'noop', data: { n: at + n } })));
  }
  const { doneAt } = await done;
  await queue.obliterate({ force: true });
  await queue.close();
  await end(worker);
  return BASELINE.jobs / ((doneAt - startedAt) / 1000);
}

/** The worker process of the baseline. */
export async function runBullmqWorker({ redisUrl, queue }: WorkerSettings): Promise<void> {
  let left = Number.POSITIVE_INFINITY;
  const countDown = (): void => {
    left -= 1;
    if (left === 0) process.send?.({ doneAt: Date.now() });
  };
  const worker = new Worker(queue, () => Promise.resolve(), {
    connection: { url: redisUrl, maxRetriesPerRequest: null },
    concurrency: BASELINE.concurrency,
  });
  worker.on('completed', countDown);
  process.on('message', ({ count }: { count: number }) => (left = count));
  process.once('SIGTERM', () => void worker.close().then(() => process.exit(0)));
  await worker.waitUntilReady();
  process.send?.({ ready: true });
}
