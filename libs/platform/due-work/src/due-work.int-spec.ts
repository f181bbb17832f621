import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getQueueToken } from '@nestjs/bullmq';
import type { Queue } from 'bullmq';
import { Clock, ClockModule } from '@corefleet/platform/clock';
import { QueueModule, SCHEDULES_QUEUE } from '@corefleet/platform/queue';
import { testRedis } from '@corefleet/testing/redis';
import { nextOccurrence, type Timetable } from '@corefleet/time-rules';
import { DueWork, DueWorkModule, type DueKind } from './index';

const redis = testRedis();
const ID = '0198c0de-0000-7000-8000-000000000001';
const OTHER = '0198c0de-0000-7000-8000-000000000002';
/** Half an hour that clocks leave out: BullMQ's own strategy would leave the day out. */
const timetable: Timetable = { cron: '15 2 * * *', timeZone: 'Australia/Lord_Howe', jitterSeconds: 0 };

const ran: string[] = [];
let due: string[] = [];
let failing = false;
const rows = new Map<string, Timetable>();
const kind: DueKind = {
  name: 'thing',
  timetables: () => Promise.resolve(rows),
  dueIds: () => Promise.resolve(due),
  run: (id) => {
    ran.push(id);
    return failing && id === ID ? Promise.reject(new Error('away')) : Promise.resolve();
  },
};

@Module({})
class TestModule {
  static for(): DynamicModule {
    const queues = { redisUrl: redis.url, prefix: redis.prefix, queues: [SCHEDULES_QUEUE], works: true };
    const imports = [ClockModule.for(new Clock()), QueueModule.for(queues), DueWorkModule.for({ sweepMs: 3_600_000 })];
    return { module: TestModule, imports };
  }
}

let app: INestApplicationContext;
let work: DueWork;
let queue: Queue;

beforeAll(async () => {
  app = await NestFactory.createApplicationContext(TestModule.for(), { logger: false });
  [work, queue] = [app.get(DueWork), app.get<Queue>(getQueueToken(SCHEDULES_QUEUE))];
  work.register(kind);
});

beforeEach(() => {
  ran.length = 0;
  due = [];
  rows.clear();
  failing = false;
});

afterAll(async () => {
  await app.close();
  await redis.cleanup();
});

const schedulers = async (): Promise<string[]> => (await queue.getJobSchedulers()).map(({ key }) => key).sort();

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('due work', () => {
  it('has a job at each turn of a timetable, and the next one after it', async () => {
    await work.changed(kind, ID, timetable);
    const [first] = await queue.getDelayed();
    expect(first?.opts.prevMillis).toBe(nextOccurrence(timetable.cron, timetable.timeZone, new Date()).getTime());
    await first?.promote();
    await until(() => ran.length > 0);
    expect(ran).toEqual([ID]);
    await until(async () => (await queue.getDelayedCount()) === 1);
    await work.changed(kind, ID, undefined);
    expect([await schedulers(), await queue.getDelayedCount()]).toEqual([[], 0]);
  });

  it('has its job schedulers again after Redis was emptied, and loses those that no row has', async () => {
    rows.set(ID, timetable);
    await work.changed(kind, ID, timetable);
    await redis.cleanup();
    expect(await schedulers()).toEqual([]);
    await work.align();
    expect(await schedulers()).toEqual([`thing_${ID}`]);
    rows.delete(ID);
    rows.set(OTHER, timetable);
    await work.align();
    expect(await schedulers()).toEqual([`thing_${OTHER}`]);
    rows.clear();
    await work.align();
    expect(await schedulers()).toEqual([]);
  });

  it('does what is due without a job, and the others when one fails', async () => {
    due = [ID, OTHER];
    failing = true;
    await expect(work.sweep()).rejects.toThrow('cannot do 1 things that are due');
    expect(ran).toEqual([ID, OTHER]);
    failing = false;
    await work.sweep();
    expect(ran).toHaveLength(4);
  });

  it('does nothing for a job of a kind it does not know', async () => {
    await work.run('unknown', ID);
    expect(ran).toEqual([]);
  });

  it('fails nobody who changes a row while Redis is away', async () => {
    (await queue.client).disconnect();
    await expect(work.changed(kind, ID, timetable)).resolves.toBeUndefined();
  });
});
