import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestDatabase } from '@corefleet/testing/postgres';
import { killAll, spawnProcess, type SpawnedProcess } from '@corefleet/testing/processes';
import type { TestRedis } from '@corefleet/testing/redis';

const READY_TIMEOUT_MS = 120_000;
const READY = /^gateway ready on (\S+)$/m;

interface Gateway {
  process: SpawnedProcess;
  url: string;
}

/** Gateways of one fleet, as processes that may be killed. Nobody orders anything here: the other processes are not needed. */
export class Gateways {
  private readonly artifacts = mkdtempSync(path.join(tmpdir(), 'corefleet-loss-'));
  private readonly running: Gateway[] = [];

  constructor(
    private readonly database: TestDatabase,
    private readonly redis: TestRedis,
  ) {}

  async start(count: number): Promise<void> {
    for (let at = 0; at < count; at += 1) this.running.push(await this.spawn());
  }

  /** Of any of them. */
  url(): string {
    return this.running[Math.floor(Math.random() * this.running.length)]?.url ?? '';
  }

  /** Kills one on the spot and starts another in its place. */
  async replace(which: number): Promise<void> {
    await this.running[which]?.process.kill('SIGKILL');
    this.running[which] = await this.spawn();
  }

  async stop(): Promise<void> {
    await killAll();
    rmSync(this.artifacts, { recursive: true, force: true });
  }

  private async spawn(): Promise<Gateway> {
    const spawned = spawnProcess(path.resolve('dist', 'gateway.cjs'), {
      env: {
        COREFLEET_DATABASE_URL: this.database.url('corefleet_gateway'),
        COREFLEET_REDIS_URL: this.redis.url,
        COREFLEET_REDIS_PREFIX: this.redis.prefix,
        COREFLEET_ARTIFACTS_DIR: this.artifacts,
        COREFLEET_PORT: '0',
        COREFLEET_LOG_LEVEL: 'error',
      },
    });
    await spawned.ready(READY, READY_TIMEOUT_MS);
    return { process: spawned, url: READY.exec(spawned.output())?.[1] ?? '' };
  }
}
