import { randomUUID } from 'node:crypto';
import type { Gate, Limits, RolloutStep, WaveGate } from '@corefleet/contracts/http';
import { AuditService } from '@corefleet/features/audit';
import { CommandJobs } from '@corefleet/features/commands';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createLogger } from '@corefleet/platform/logger';
import { COMMANDS_QUEUE } from '@corefleet/platform/queue';
import { Bus, RedisConnections } from '@corefleet/platform/redis';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { testRedis, type TestRedis } from '@corefleet/testing/redis';
import { Queue } from 'bullmq';
import { RolloutReconciler } from '../rollout-reconciler';

/** A clock that stands until it is moved. */
export class StandingClock extends Clock {
  private at = new Date('2026-11-27T12:00:00.000Z').getTime();

  override now(): Date {
    return new Date(this.at);
  }

  pass(seconds: number): void {
    this.at += seconds * 1000;
  }
}

/** What a rollout of a test is; the rest is as plain as it gets. */
export interface ARollout {
  readonly waves?: readonly { readonly size: number; readonly gate?: WaveGate }[];
  readonly steps?: readonly RolloutStep[];
  readonly gate?: Partial<Gate>;
  readonly limits?: Partial<Limits>;
  readonly time?: object;
  readonly more?: object;
  /** Site of each device, in order; around again when there are more devices. */
  readonly sites?: readonly string[];
}

const STEP: RolloutStep = {
  operation: 'set-configuration',
  parameters: { snap: 'system', values: { 'refresh.retain': 3 } },
};

/** Rollouts as rows in a real Postgres, and reconcilers under the worker's role. */
export class RolloutStand {
  readonly clock = new StandingClock();
  readonly owner: Database;
  readonly reconcilers: RolloutReconciler[];
  private readonly logger = createLogger('test', 'silent');
  private readonly connections: RedisConnections;
  private readonly closing: (() => Promise<unknown>)[] = [];

  private constructor(
    private readonly files: TestDatabase,
    private readonly redis: TestRedis,
  ) {
    this.connections = new RedisConnections(redis.url, redis.prefix, this.logger);
    this.owner = this.connect();
    this.reconcilers = [1, 2, 3].map(() => this.aReconciler(this.connect('corefleet_worker')));
  }

  static async open(): Promise<RolloutStand> {
    const stand = new RolloutStand(await createTestDatabase(), testRedis());
    await stand.connections.ready();
    return stand;
  }

  async close(): Promise<void> {
    for (const close of this.closing) await close();
    this.connections.close();
    await Promise.all([this.files.drop(), this.redis.cleanup()]);
  }

  connect(role?: TestRole): Database {
    const database = new Database({ url: this.files.url(role), connections: 4, onIdleError: () => undefined });
    this.closing.push(() => database.close());
    return database;
  }

  aReconciler(database: Database): RolloutReconciler {
    const queue = new Queue(COMMANDS_QUEUE, {
      connection: { url: this.redis.url },
      prefix: `${this.redis.prefix}:queue`,
    });
    this.closing.push(() => queue.close());
    const bus = new Bus(this.connections, this.logger);
    return new RolloutReconciler(
      database,
      new AuditService(database),
      new CommandJobs(queue),
      this.clock,
      new Ids(),
      bus,
    );
  }

  reconcile(id: string): Promise<'done' | 'taken'> {
    return this.reconcilers[0]!.reconcile(id);
  }

  /** All reconcilers at the same time, again and again. */
  async reconcileAtOnce(ids: readonly string[], times = 3): Promise<void> {
    await Promise.all(ids.flatMap((id) => this.reconcilers.map((each) => repeat(times, () => each.reconcile(id)))));
  }

  /** Enrolled devices whose links were heard of just now. @returns their ids */
  async devices(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    const enrolmentIds = ids.map(() => randomUUID());
    await this.owner.pool.query(
      `INSERT INTO devices (id, brand_id, model, serial, labels, enrolment_id)
       SELECT id, 'acme', 'pc', id::text, '{}', enrolment_id FROM unnest($1::uuid[], $2::uuid[]) AS given (id, enrolment_id)`,
      [ids, enrolmentIds],
    );
    await this.owner.pool.query(
      `INSERT INTO enrolments (id, device_id, public_key, status, token_id)
       SELECT enrolment_id, id, enrolment_id::text, 'active', id FROM unnest($1::uuid[], $2::uuid[]) AS given (id, enrolment_id)`,
      [ids, enrolmentIds],
    );
    await this.heard(ids);
    return ids;
  }

  /** Their links are heard of now. */
  async heard(deviceIds: readonly string[]): Promise<void> {
    await this.owner.pool.query(
      `INSERT INTO device_links (enrolment_id, journal_id, journal_epoch, agent_version, protocol, snapd_state, connected_at, last_seen_at)
       SELECT enrolment_id, 'j', 1, '1', 1, 'reachable', $2, $2 FROM devices WHERE id = ANY ($1::uuid[])
       ON CONFLICT (enrolment_id) DO UPDATE SET last_seen_at = $2`,
      [deviceIds, this.clock.now()],
    );
  }

  /** Their links were last heard of ten minutes ago. */
  async away(deviceIds: readonly string[]): Promise<void> {
    await this.owner.pool.query(
      `UPDATE device_links SET last_seen_at = $2 FROM devices
        WHERE devices.id = ANY ($1::uuid[]) AND device_links.enrolment_id = devices.enrolment_id`,
      [deviceIds, new Date(this.clock.now().getTime() - 600_000)],
    );
  }

  /** The device's agent says this of it. */
  async says(deviceId: string, name: string, value: object): Promise<void> {
    const { enrolmentId } = await this.owner.prisma.device.findUniqueOrThrow({ where: { id: deviceId } });
    const said = { name, digest: '', value, journalEpoch: 1, number: 1n, receivedAt: this.clock.now() };
    await this.owner.prisma.deviceFact.create({ data: { enrolmentId: enrolmentId!, ...said } });
  }

  /** A running rollout of those devices, or of as many new ones as its waves have. @returns its id */
  async aRollout(of: ARollout = {}, given?: readonly string[]): Promise<string> {
    const id = randomUUID();
    const waves = of.waves ?? [{ size: given?.length ?? 1 }];
    const deviceIds = given ?? (await this.devices(waves.reduce((sum, { size }) => sum + size, 0)));
    const auditId = await this.owner.transaction((tx) =>
      new AuditService(this.owner).record(tx, {
        actor: { kind: 'person', id: 'p', name: 'ann' },
        action: 'rollout.create',
        subject: { kind: 'rollout', id },
      }),
    );
    await this.owner.prisma.rollout.create({ data: { id, auditId, ...this.rolloutData(of, deviceIds.length) } });
    await this.owner.prisma.wave.createMany({
      data: waves.map(({ size, gate = {} }, at) => ({
        ...{ rolloutId: id, number: at + 1, size, gate, asked: { count: size }, status: 'pending' },
        counts: { pending: size },
      })),
    });
    const waveOf = waves.flatMap(({ size }, at) => Array.from({ length: size }, () => at + 1));
    await this.owner.prisma.rolloutTarget.createMany({
      data: deviceIds.map((deviceId, at) => ({
        ...{ rolloutId: id, deviceId, wave: waveOf[at] ?? 1, notBefore: this.clock.now() },
        site: of.sites?.[at % of.sites.length] ?? '',
      })),
    });
    return id;
  }

  /** What the fold would write: open commands of the rollout come to this status. @returns how many */
  async move(
    rolloutId: string,
    status: string,
    over: { count?: number; cause?: string; undo?: object } = {},
  ): Promise<number> {
    const { count = 100_000, ...rest } = over;
    const open = await this.owner.prisma.command.findMany({
      where: { rolloutId, finishedAt: null },
      orderBy: { id: 'asc' },
      take: count,
      select: { id: true },
    });
    const now = this.clock.now();
    const accepted = [
      'accepted',
      'running',
      'rebooting',
      'verifying',
      'succeeded',
      'failed',
      'lost',
      'timed-out',
      'unknown',
    ];
    const ended = !['accepted', 'running', 'rebooting', 'verifying', 'signed'].includes(status);
    await this.owner.prisma.command.updateMany({
      where: { id: { in: open.map(({ id }) => id) } },
      data: {
        ...{ status, ...rest },
        ...(accepted.includes(status) && { acceptedAt: now }),
        ...(ended && { finishedAt: now }),
      },
    });
    return open.length;
  }

  /** Status of the rollout, and status and counts of its waves. */
  async seen(id: string): Promise<{ status: string; reason: string | null; waves: [string, unknown][] }> {
    const row = await this.owner.prisma.rollout.findUniqueOrThrow({
      where: { id },
      include: { waves: { orderBy: { number: 'asc' } } },
    });
    return { status: row.status, reason: row.reason, waves: row.waves.map(({ status, counts }) => [status, counts]) };
  }

  async targets(rolloutId: string) {
    return this.owner.prisma.rolloutTarget.findMany({
      where: { rolloutId },
      orderBy: [{ wave: 'asc' }, { deviceId: 'asc' }],
    });
  }

  /** The waves' counts equal what their targets say: nothing was lost or counted twice. */
  async expectCountsTrue(): Promise<void> {
    const { rows } = await this.owner.pool.query(
      `SELECT w.rollout_id, w.number, w.counts, w.size, counted.counts AS true_counts
         FROM waves w CROSS JOIN LATERAL (
           SELECT coalesce(jsonb_object_agg(key, count), '{}') AS counts FROM (
             SELECT CASE WHEN t.phase = 'apply' THEN '' ELSE t.phase || ':' END || coalesce(t.late,
                      CASE WHEN t.state = 'waiting' AND t.cause = 'offline' THEN 'away'
                           WHEN t.state = 'waiting' AND t.cause = 'hold' THEN 'held' ELSE t.state END) AS key, count(*) AS count
               FROM rollout_targets t WHERE t.rollout_id = w.rollout_id AND t.wave = w.number GROUP BY 1) AS each) AS counted
        WHERE w.counts <> counted.counts`,
    );
    expect(rows).toEqual([]);
  }

  private rolloutData({ steps = [STEP], gate, limits, time, more }: ARollout, targetCount: number) {
    const now = this.clock.now();
    return {
      ...{
        name: 'r',
        filter: '',
        status: 'running',
        released: true,
        planDigest: 'd',
        planSummary: {},
        createdBy: 'ann',
        authorId: 'p',
      },
      ...{ targetCount, expireAfterSeconds: 86_400, createdAt: now, startedAt: now },
      expiresAt: new Date(now.getTime() + 86_400_000),
      does: { steps } as object,
      steps: steps as object[],
      gate: {
        maxFailedPercent: 10,
        minFailed: 1,
        minReached: { count: 1 },
        soakSeconds: 0,
        onFailure: 'pause',
        ...gate,
      },
      limits: { maxInFlight: 500, ...limits },
      time: { deadlineSeconds: 3600, attempts: { most: 1, backoffSeconds: 60 }, catchUp: 'run-when-back', ...time },
      ...more,
    };
  }
}

async function repeat(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let at = 0; at < times; at += 1) await work();
}
