import { randomUUID } from 'node:crypto';
import { RolloutJobs, type RolloutReconciler } from '@corefleet/features/rollouts';
import { ROLLOUTS_QUEUE, type RolloutJob } from '@corefleet/platform/queue';
import { testRedis } from '@corefleet/testing/redis';
import { Queue, Worker } from 'bullmq';
import { RolloutsProcessor } from './rollouts.processor';

const redis = testRedis();
const options = { connection: { url: redis.url, maxRetriesPerRequest: null }, prefix: `${redis.prefix}:queue` };
const closing: (() => Promise<void>)[] = [];
const queue = new Queue<RolloutJob>(ROLLOUTS_QUEUE, options);

afterAll(async () => {
  await queue.close();
  await redis.cleanup();
});

it('keeps one nudge of a rollout waiting, and never loses one that comes while it is worked on', async () => {
  const jobs = new RolloutJobs(queue);
  const rolloutId = randomUUID();
  for (let at = 0; at < 5; at += 1) await jobs.nudge([rolloutId]);
  expect(await queue.getWaitingCount()).toBe(1);
  let reconciled = 0;
  const done = new Promise<void>((resolve) => {
    const reconcile = async (): Promise<void> => {
      reconciled += 1;
      if (reconciled === 2) return resolve();
      for (let at = 0; at < 5; at += 1) await jobs.nudge([rolloutId]);
      expect(await queue.getWaitingCount()).toBe(1);
    };
    const processor = new RolloutsProcessor({ reconcile } as unknown as RolloutReconciler);
    const worker = new Worker(ROLLOUTS_QUEUE, (job) => processor.process(job), { ...options, concurrency: 1 });
    closing.push(() => worker.close());
  });
  await done;
  for (const close of closing) await close();
  expect(reconciled).toBe(2);
  expect(await queue.getWaitingCount()).toBe(0);
});
