import { randomUUID } from 'node:crypto';
import { RolloutJobs, type RolloutReconciler } from '@corefleet/features/rollouts';
import { ROLLOUTS_QUEUE, type RolloutJob } from '@corefleet/platform/queue';
import { testRedis } from '@corefleet/testing/redis';
import { Queue, Worker } from 'bullmq';
import { RolloutsProcessor } from './rollouts.processor';

const redis = testRedis();
const options = { connection: { url: redis.url, maxRetriesPerRequest: null }, prefix: `${redis.prefix}:queue` };
const queue = new Queue<RolloutJob>(ROLLOUTS_QUEUE, options);
const jobs = new RolloutJobs(queue);
let worker: Worker | undefined;

afterEach(() => worker?.close());
afterAll(async () => {
  await queue.close();
  await redis.cleanup();
});

type Came = Awaited<ReturnType<RolloutReconciler['reconcile']>>;

/** Works the queue off until `reconcile` has been called so many times. */
async function workOff(calls: number, reconcile: (call: number) => Promise<Came> | Came): Promise<void> {
  let call = 0;
  await new Promise<void>((resolve) => {
    const reconciler = {
      reconcile: async () => {
        call += 1;
        if (call === calls) setImmediate(resolve);
        return reconcile(call);
      },
    };
    const processor = new RolloutsProcessor(reconciler as unknown as RolloutReconciler, jobs);
    worker = new Worker(ROLLOUTS_QUEUE, (job) => processor.process(job), { ...options, concurrency: 1 });
  });
  await worker?.close();
  expect(call).toBe(calls);
}

async function nudgeOften(rolloutId: string): Promise<void> {
  for (let at = 0; at < 5; at += 1) await jobs.nudge([rolloutId]);
}

const waiting = async (): Promise<number> => (await queue.getWaitingCount()) + (await queue.getDelayedCount());

it('keeps one nudge of a rollout waiting, and never loses one that comes while it is worked on', async () => {
  const rolloutId = randomUUID();
  await nudgeOften(rolloutId);
  expect(await waiting()).toBe(1);
  await workOff(2, async (call): Promise<Came> => {
    if (call === 2) return 'done';
    await nudgeOften(rolloutId);
    expect(await waiting()).toBe(1);
    return 'done';
  });
  expect(await waiting()).toBe(0);
});

it('comes again to a rollout that somebody else works on, with one nudge however many come', async () => {
  const rolloutId = randomUUID();
  await jobs.nudge([rolloutId]);
  const seen: number[] = [];
  await workOff(4, async (call): Promise<Came> => {
    seen.push(await waiting());
    if (call === 1) await nudgeOften(rolloutId);
    return call < 4 ? 'taken' : 'done';
  });
  expect(seen).toEqual([0, 0, 0, 0]);
  expect(await waiting()).toBe(0);
});
