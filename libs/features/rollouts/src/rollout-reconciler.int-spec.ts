import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ArtifactFiles, ArtifactsService } from '@corefleet/features/artifacts';
import { AuditService } from '@corefleet/features/audit';
import { CommandJobs, signCommands } from '@corefleet/features/commands';
import { DeviceFilters, DevicesService } from '@corefleet/features/devices';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createLogger } from '@corefleet/platform/logger';
import { Bus, Presence, RedisConnections } from '@corefleet/platform/redis';
import { COMMANDS_QUEUE, ROLLOUTS_QUEUE } from '@corefleet/platform/queue';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { testRedis, type TestRedis } from '@corefleet/testing/redis';
import { Queue } from 'bullmq';
import { RolloutJobs } from './rollout-jobs';
import { RolloutReconciler } from './rollout-reconciler';
import type { RolloutView } from './rollout-view';
import { RolloutsReadModel } from './rollouts.read-model';
import { RolloutsService, type CreateRollout } from './rollouts.service';

const logger = createLogger('test', 'silent');
const person = { kind: 'person', id: 'p', name: 'ann' } as const;

let testDatabase: TestDatabase;
let redis: TestRedis;
let connections: RedisConnections;
let owner: Database;
let rollouts: RolloutsService;
let reads: RolloutsReadModel;
let reconcilers: RolloutReconciler[];
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  redis = testRedis();
  connections = new RedisConnections(redis.url, redis.prefix, logger);
  await connections.ready();
  owner = connect();
  const bus = new Bus(connections, logger);
  const [clock, ids] = [new Clock(), new Ids()];
  const commandJobs = new CommandJobs(queue(COMMANDS_QUEUE));
  const api = connect('corefleet_api');
  const filters = new DeviceFilters(api, clock);
  const devices = new DevicesService(api, new Presence(connections), new AuditService(api), bus, filters);
  reads = new RolloutsReadModel(api);
  const jobs = new RolloutJobs(queue(ROLLOUTS_QUEUE));
  const audit = new AuditService(api);
  const artifacts = new ArtifactsService(api, audit, new ArtifactFiles(path.join(tmpdir(), 'none')), clock);
  rollouts = new RolloutsService(api, devices, audit, artifacts, reads, jobs, clock, ids, bus);
  reconcilers = [1, 2].map(() => {
    const worker = connect('corefleet_worker');
    return new RolloutReconciler(worker, new AuditService(worker), commandJobs, clock, ids, bus);
  });
});

afterAll(async () => {
  for (const close of closing) await close();
  connections.close();
  await Promise.all([testDatabase.drop(), redis.cleanup()]);
});

function connect(role?: TestRole): Database {
  const database = new Database({ url: testDatabase.url(role), connections: 4, onIdleError: () => undefined });
  closing.push(() => database.close());
  return database;
}

function queue<T>(name: string): Queue<T> {
  const made = new Queue<T>(name, { connection: { url: redis.url }, prefix: `${redis.prefix}:queue` });
  closing.push(() => made.close());
  return made;
}

/** Enrolled devices with a label of their own, so that each test means its own. */
async function devicesOf(label: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const [id, enrolmentId] = [randomUUID(), randomUUID()];
    const identity = { brandId: 'acme', model: 'pc', serial: id };
    await owner.prisma.device.create({ data: { id, ...identity, labels: { site: label }, enrolmentId } });
    const enrolment = { id: enrolmentId, deviceId: id, publicKey: id, status: 'active', tokenId: randomUUID() };
    await owner.prisma.enrolment.create({ data: enrolment });
  }
}

async function aRollout(devices: number, over: Partial<CreateRollout> = {}): Promise<RolloutView> {
  const label = randomUUID();
  await devicesOf(label, devices);
  return rollouts.create(
    { actor: person, mayReadSensitive: false },
    {
      name: 'r',
      operation: 'set-configuration',
      parameters: { snap: 'system', values: { 'refresh.retain': 3 } },
      filter: `label.site=${label}`,
      waves: [{ percent: 100 }],
      ...over,
    },
  );
}

/** What the fold would write: the first `count` open commands of the rollout come to this end. */
async function end(rolloutId: string, status: string, count = 1_000): Promise<void> {
  const open = await owner.prisma.command.findMany({ where: { rolloutId, finishedAt: null }, take: count });
  const where = { id: { in: open.map(({ id }) => id) } };
  await owner.prisma.command.updateMany({ where, data: { status, acceptedAt: new Date(), finishedAt: new Date() } });
}

const reconcile = (id: string): Promise<void> => reconcilers[0]!.reconcile(id);
const counts = async (id: string) => (await reads.get(id)).waves.map((wave) => [wave.status, wave.counts]);

describe('a rollout', () => {
  it('goes wave by wave to its end, each transition audited once', async () => {
    const { id } = await aRollout(4, { waves: [{ count: 1 }, { percent: 75 }] });
    await reconcile(id);
    expect(await counts(id)).toEqual([
      ['running', { queued: 1 }],
      ['pending', { pending: 3 }],
    ]);
    await end(id, 'succeeded');
    await Promise.all(reconcilers.map((reconciler) => reconciler.reconcile(id)));
    expect(await counts(id)).toEqual([
      ['passed', { succeeded: 1 }],
      ['running', { queued: 3 }],
    ]);
    await end(id, 'succeeded');
    await reconcile(id);
    expect((await reads.get(id)).status).toBe('finished');
    const entries = await owner.prisma.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: 'asc' } });
    expect(entries.map(({ action }) => action)).toEqual([
      ...['rollout.create', 'rollout.start-wave', 'rollout.pass-wave', 'rollout.start-wave', 'rollout.pass-wave'],
      'rollout.finish',
    ]);
  });

  it('holds its limit when two workers claim at once', async () => {
    const { id } = await aRollout(12, { maxInFlight: 5 });
    await Promise.all([...reconcilers, ...reconcilers].map((reconciler) => reconciler.reconcile(id)));
    expect(await counts(id)).toEqual([['running', { queued: 5, pending: 7 }]]);
    await end(id, 'succeeded', 2);
    await Promise.all(reconcilers.map((reconciler) => reconciler.reconcile(id)));
    expect(await counts(id)).toEqual([['running', { succeeded: 2, queued: 5, pending: 5 }]]);
  });

  it('pauses in words when a gate breaks, and goes on when a person accepts the failures', async () => {
    const { id } = await aRollout(10, { maxInFlight: 5, minFailed: 2 });
    await reconcile(id);
    await end(id, 'failed', 2);
    await reconcile(id);
    expect(await reads.get(id)).toMatchObject({
      status: 'paused',
      reason: '2 of 2 reached devices of wave 1 failed, limit 10 %',
    });
    await rollouts.continue(person, id, 'known bad batch');
    await end(id, 'succeeded');
    await reconcile(id);
    await end(id, 'succeeded');
    await reconcile(id);
    expect(await reads.get(id)).toMatchObject({ status: 'finished', reason: null });
  });

  it('goes on without devices that have not answered when a person says so', async () => {
    const { id } = await aRollout(4, { waves: [{ count: 3 }, { percent: 25 }], maxInFlight: 3 });
    await reconcile(id);
    await end(id, 'succeeded', 2);
    await reconcile(id);
    expect(await counts(id)).toEqual([
      ['running', { succeeded: 2, queued: 1 }],
      ['pending', { pending: 1 }],
    ]);
    await rollouts.pause(person, id);
    await rollouts.continue(person, id, 'the third is in repair');
    await reconcile(id);
    expect(await counts(id)).toEqual([
      ['passed', { succeeded: 2, queued: 1 }],
      ['running', { queued: 1 }],
    ]);
  });

  it('judges a late result for what it is', async () => {
    const { id } = await aRollout(2, { minFailed: 1, maxFailedPercent: 50 });
    await reconcile(id);
    await end(id, 'lost');
    await owner.prisma.command.updateMany({ where: { rolloutId: id }, data: { lateStatus: 'succeeded' } });
    await reconcile(id);
    expect(await reads.get(id)).toMatchObject({ status: 'finished' });
  });

  it('has its own commands signed, and none that a stolen worker invents for another device', async () => {
    const { id } = await aRollout(1);
    await devicesOf('elsewhere', 1);
    await reconcile(id);
    const [made] = await owner.prisma.command.findMany({ where: { rolloutId: id } });
    const other = await owner.prisma.device.findFirstOrThrow({
      where: { labels: { path: ['site'], equals: 'elsewhere' } },
    });
    const invented = randomUUID();
    await connect('corefleet_worker').pool.query(
      `INSERT INTO commands (id, device_id, enrolment_id, rollout_id, operation, parameters, status, requested_by, audit_id,
                             deadline_seconds, valid_until, change_ids)
       SELECT $1, $2, $3, rollout_id, operation, parameters, 'queued', requested_by, audit_id, deadline_seconds, valid_until, '{}'
         FROM commands WHERE id = $4`,
      [invented, other.id, other.enrolmentId, made!.id],
    );
    const key = { keyId: 'k', sign: () => 'signature' };
    await signCommands(connect('corefleet_signer'), key, [made!.id, invented], new Date());
    const rows = await owner.prisma.command.findMany({ where: { id: { in: [made!.id, invented] } } });
    expect(new Map(rows.map((row) => [row.id, row.status]))).toEqual(
      new Map([
        [made!.id, 'signed'],
        [invented, 'rejected'],
      ]),
    );
  });

  it('lets the worker change no target of a rollout', async () => {
    const worker = connect('corefleet_worker');
    await expect(worker.pool.query('UPDATE rollout_targets SET device_id = gen_random_uuid()')).rejects.toThrow(
      /permission denied/,
    );
  });

  it('takes back what no device accepted when it is stopped', async () => {
    const { id } = await aRollout(3, { maxInFlight: 2 });
    await reconcile(id);
    await rollouts.stop(person, id);
    await reconcile(id);
    expect(await counts(id)).toEqual([['running', { cancelled: 2, pending: 1 }]]);
  });

  it('skips a device that is enrolled no more', async () => {
    const { id } = await aRollout(2, { maxInFlight: 1 });
    await reconcile(id);
    await owner.prisma.device.updateMany({
      where: {
        id: { in: (await reads.targets(id, { status: 'pending', limit: 10 })).items.map(({ deviceId }) => deviceId) },
      },
      data: { enrolmentId: null },
    });
    await end(id, 'succeeded');
    await reconcile(id);
    expect(await counts(id)).toEqual([['passed', { succeeded: 1, skipped: 1 }]]);
  });

  it('is the same one for the same key, also when its devices have left meanwhile', async () => {
    const request = { idempotencyKey: randomUUID(), filter: `label.site=${randomUUID()}` };
    await devicesOf(request.filter.slice('label.site='.length), 2);
    const made = await aRollout(0, request);
    const ids = (await reads.targets(made.id, { limit: 10 })).items.map(({ deviceId }) => deviceId);
    await owner.prisma.device.updateMany({ where: { id: { in: ids } }, data: { enrolmentId: null } });
    expect(await aRollout(0, request)).toMatchObject({ id: made.id, targetCount: 2 });
  });

  it('is refused when nobody is meant, before anything is written', async () => {
    await expect(aRollout(0)).rejects.toThrow(/no enrolled device matches/);
    await expect(aRollout(2, { waves: [{ percent: 40 }] })).rejects.toThrow(/add up to 40 %/);
  });
});
