import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SignerConfig, startSigner } from '@corefleet/apps/signer';
import { WorkerConfig, startWorker, type RunningWorker } from '@corefleet/apps/worker';
import { ArtifactsModule } from '@corefleet/features/artifacts';
import { PlannersModule, RolloutsModule } from '@corefleet/features/rollouts';
import { SchedulesModule } from '@corefleet/features/schedules';
import { ValidationSetPlanner, ValidationSetPlanningModule } from '@corefleet/features/validation-sets';
import type { Clock } from '@corefleet/platform/clock';
import { readConfig } from '@corefleet/platform/config';
import { Database } from '@corefleet/platform/database';
import { DueWork, DueWorkModule } from '@corefleet/platform/due-work';
import { createLogger, NestLogger } from '@corefleet/platform/logger';
import { COMMANDS_QUEUE, ROLLOUTS_QUEUE, SCHEDULES_QUEUE } from '@corefleet/platform/queue';
import { storesOf } from '@corefleet/platform/stores';
import { Queue } from 'bullmq';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { testRedis, type TestRedis } from '@corefleet/testing/redis';

/** Longer than any test: the driver asks for each sweep. */
const NO_SWEEP_MS = 3_600_000;
const LOOK_MS = 2;
/** What a sweep has set off and is not done by then, another sweep may help along; milliseconds of real time. */
const SWEEP_AGAIN_MS = 1_000;
const PATIENCE_MS = 60_000;

const logger = createLogger('closed-loop', 'error');

/** The part of the API that makes and steers rollouts, also at given times, as the API's Postgres role. */
@Module({})
class ApiSide {
  static for(config: WorkerConfig, clock: Clock): DynamicModule {
    const queues = { part: 'api' as const, queues: [COMMANDS_QUEUE, ROLLOUTS_QUEUE, SCHEDULES_QUEUE], works: true };
    const stores = storesOf(config, queues, logger, clock);
    return {
      module: ApiSide,
      imports: [
        ...[...stores, ArtifactsModule.for(config.COREFLEET_ARTIFACTS_DIR), RolloutsModule],
        ...[DueWorkModule.for({ sweepMs: NO_SWEEP_MS }), SchedulesModule],
        PlannersModule.for({ module: ValidationSetPlanningModule, planner: ValidationSetPlanner }),
      ],
    };
  }
}

/**
 * The server of a closed-loop fleet in this process: the real worker and signer, and the API's rollouts, each as its own
 * Postgres role, on a database and a Redis prefix of their own. Time is the given clock's; nothing sweeps by itself.
 */
export class ClosedLoopServer {
  private constructor(
    readonly database: TestDatabase,
    readonly redis: TestRedis,
    /** As the superuser: to arrange and to check. */
    readonly owner: Database,
    /** As the gateway's role. */
    readonly gateway: Database,
    readonly signingKey: KeyObject,
    private readonly clock: Clock,
    private readonly directory: string,
    private readonly api: INestApplicationContext,
    private readonly signer: { close(): Promise<void> },
    private worker: RunningWorker,
    private readonly queues: readonly Queue[],
  ) {}

  static async start(clock: Clock): Promise<ClosedLoopServer> {
    const [database, redis] = [await createTestDatabase(), testRedis()];
    const directory = mkdtempSync(path.join(tmpdir(), 'corefleet-closed-loop-'));
    const settings = settingsOf(database, redis, directory);
    const api = await NestFactory.createApplicationContext(ApiSide.for(settings('corefleet_api'), clock), {
      logger: new NestLogger(logger),
    });
    const keyFile = path.join(directory, 'key.pem');
    const signerSettings = {
      ...environmentOf('corefleet_signer', database, redis),
      COREFLEET_SIGNER_KEY_FILE: keyFile,
      COREFLEET_AUDIT_KEY_FILE: path.join(directory, 'audit-key.pem'),
      COREFLEET_CHECKPOINTS_DIR: path.join(directory, 'checkpoints'),
    };
    const signer = await startSigner(readConfig(SignerConfig, signerSettings), logger, clock);
    const worker = await startWorker(settings('corefleet_worker'), logger, clock);
    return new ClosedLoopServer(
      ...([database, redis, connect(database.url()), connect(database.url('corefleet_gateway'))] as const),
      ...([createPublicKey(readFileSync(keyFile)), clock, directory, api, signer, worker] as const),
      [COMMANDS_QUEUE, ROLLOUTS_QUEUE].map(
        (name) => new Queue(name, { connection: { url: redis.url }, prefix: `${redis.prefix}:queue` }),
      ),
    );
  }

  /** A service of the API. */
  service<T>(type: Type<T>): T {
    return this.api.get(type);
  }

  /**
   * One sweep of the API and of the worker, and all that came of it: no report is left to fold and no job to do. What goes wrong on the way is
   * left to further sweeps, as in a server that runs.
   */
  async sweep(): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const left = await this.sweepOnce();
      if (left === '') return;
      if (performance.now() > giveUpAt) throw new Error(`cannot settle: ${left}`);
    }
  }

  /** Every connection of the worker to Postgres breaks, between two of its statements: what it had begun is rolled back. */
  async breakWorkerTransactions(): Promise<number> {
    const rows = await this.owner.rows(
      'break-worker',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'corefleet_worker' AND datname = current_database()`,
      [],
    );
    return rows.length;
  }

  /** The worker is dropped, whatever it is doing, and another takes its place. */
  async replaceWorker(): Promise<void> {
    await this.breakWorkerTransactions();
    await this.worker.close();
    this.worker = await startWorker(
      settingsOf(this.database, this.redis, this.directory)('corefleet_worker'),
      logger,
      this.clock,
    );
  }

  /** Everything in Redis is gone. */
  async flushRedis(): Promise<void> {
    await this.redis.cleanup();
  }

  async stop(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.close()));
    for (const part of [this.worker, this.signer, this.api, this.gateway, this.owner]) await part.close();
    await Promise.all([this.database.drop(), this.redis.cleanup()]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** @returns what is still to be done some time after a sweep, in words; empty when nothing is */
  private async sweepOnce(): Promise<string> {
    try {
      await this.api.get(DueWork).sweep();
      await this.worker.sweep();
    } catch (error) {
      return `the sweep failed: ${String(error)}`;
    }
    const againAt = performance.now() + SWEEP_AGAIN_MS;
    for (;;) {
      const left = await this.left();
      if (left === '' || performance.now() > againAt) return left;
      await sleep(LOOK_MS);
    }
  }

  /** What is still to be done without time going on, in words; empty when nothing is. */
  private async left(): Promise<string> {
    const reports = await this.owner.rows('unfolded', 'SELECT FROM command_reports LIMIT 1', []);
    if (reports.length > 0) return 'reports are not folded';
    for (const queue of this.queues) {
      const jobs = await queue.getJobCountByTypes('waiting', 'active', 'delayed');
      if (jobs > 0) return `${jobs} jobs of "${queue.name}" are not done`;
    }
    return '';
  }
}

function connect(url: string): Database {
  return new Database({ url, connections: 4, onIdleError: () => undefined });
}

const environmentOf = (role: TestRole, database: TestDatabase, redis: TestRedis) => ({
  COREFLEET_DATABASE_URL: database.url(role),
  COREFLEET_REDIS_URL: redis.url,
  COREFLEET_REDIS_PREFIX: redis.prefix,
});

const settingsOf = (database: TestDatabase, redis: TestRedis, directory: string) => (role: TestRole) =>
  readConfig(WorkerConfig, {
    ...environmentOf(role, database, redis),
    COREFLEET_ARTIFACTS_DIR: path.join(directory, 'artifacts'),
    COREFLEET_SWEEP_MS: String(NO_SWEEP_MS),
  });
