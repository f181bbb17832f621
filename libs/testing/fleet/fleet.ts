import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestDatabase, type TestDatabase, type TestRole } from '../postgres';
import { killAll, spawnProcess, type SpawnedProcess, type SpawnOptions } from '../processes';
import { testRedis, type TestRedis } from '../redis';
import { ApiClient } from './api-client';
import { startBalancer, type Balancer } from './balancer';

export interface FleetOptions {
  /** Copies of each process; one of each by default. */
  readonly apis?: number;
  readonly gateways?: number;
  readonly workers?: number;
  /** Environment for every server process. */
  readonly env?: Readonly<Record<string, string>>;
}

type Part = 'api' | 'gateway' | 'worker' | 'signer';

/** One server process and how to make it again. */
export interface Member {
  readonly part: Part;
  process: SpawnedProcess;
  /** Where it listens; undefined for worker and signer. */
  url: string | undefined;
}

/** Flags of node and environment of one process alone. */
export type HowToStart = Pick<SpawnOptions, 'nodeArgs' | 'env'>;

export interface Fleet {
  /** Logged in as an admin, at the first API. */
  readonly api: ApiClient;
  readonly members: Readonly<Record<Part, Member[]>>;
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  /** Where the bytes of artifacts lie. */
  readonly artifacts: string;
  /** Where the signer keeps checkpoints of the audit. */
  readonly checkpoints: string;
  /** In front of the gateways: what agents are told. */
  readonly balancer: Balancer;
  /** An enrolment token good for many devices. */
  enrolmentToken(labels?: Record<string, string>): Promise<string>;
  /** Kills the member on the spot, unless it is dead, and starts another in its place. */
  replace(member: Member, how?: HowToStart): Promise<void>;
  stop(): Promise<void>;
}

const ROLE: Record<Part, TestRole> = {
  api: 'corefleet_api',
  gateway: 'corefleet_gateway',
  worker: 'corefleet_worker',
  signer: 'corefleet_signer',
};
const ADMIN = { username: 'admin', password: 'fleet-under-test' };
const READY_TIMEOUT_MS = 30_000;

/**
 * Starts the production shape: spawned processes over a database and a Redis prefix of its own. Stop it in `afterAll`.
 * @throws when a process does not start; the others are gone by then
 */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  try {
    return await assembleFleet(options);
  } catch (error) {
    await killAll();
    throw error;
  }
}

async function assembleFleet(options: FleetOptions): Promise<Fleet> {
  const [database, redis, balancer] = [await createTestDatabase(), testRedis(), await startBalancer()];
  const directory = mkdtempSync(path.join(tmpdir(), 'corefleet-fleet-'));
  const start = (part: Part, { nodeArgs = [], env = {} }: HowToStart = {}): Promise<Member> => {
    const common = environment(part, { database, redis, balancer, directory, options });
    return startMember(part, { nodeArgs, env: { ...common, ...env } });
  };
  const many = (part: Part, count = 1): Promise<Member[]> =>
    Promise.all(Array.from({ length: count }, () => start(part)));

  const signer = await many('signer');
  const [worker, gateway, api] = await Promise.all([
    many('worker', options.workers),
    many('gateway', options.gateways),
    many('api', options.apis),
  ]);
  for (const { url } of gateway) if (url) balancer.add(url);
  const client = await firstAdmin(api[0]);

  return {
    api: client,
    members: { api, gateway, worker, signer },
    database,
    redis,
    artifacts: artifactsIn(directory),
    checkpoints: checkpointsIn(directory),
    balancer,
    async enrolmentToken(labels = {}) {
      const asked = { name: `test ${randomUUID()}`, labels, maxUses: 10_000, expiresInSeconds: 3600 };
      return (await client.post<{ token: string }>('/v1/enrolment-tokens', asked)).token;
    },
    async replace(member, how) {
      if (member.part === 'gateway' && member.url) balancer.remove(member.url);
      await member.process.kill('SIGKILL');
      Object.assign(member, await start(member.part, how));
      if (member.part === 'gateway' && member.url) balancer.add(member.url);
    },
    async stop() {
      await killAll();
      await balancer.close();
      await Promise.all([database.drop(), redis.cleanup()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const checkpointsIn = (directory: string): string => path.join(directory, 'checkpoints');
const artifactsIn = (directory: string): string => path.join(directory, 'artifacts');

const signerFiles = (directory: string): Record<string, string> => ({
  COREFLEET_SIGNER_KEY_FILE: path.join(directory, 'signer-key.pem'),
  COREFLEET_AUDIT_KEY_FILE: path.join(directory, 'audit-key.pem'),
  COREFLEET_CHECKPOINTS_DIR: checkpointsIn(directory),
});

interface Place {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  readonly balancer: Balancer;
  readonly directory: string;
  readonly options: FleetOptions;
}

function environment(part: Part, { database, redis, balancer, directory, options }: Place): Record<string, string> {
  return {
    COREFLEET_DATABASE_URL: database.url(ROLE[part]),
    COREFLEET_REDIS_URL: redis.url,
    COREFLEET_REDIS_PREFIX: redis.prefix,
    COREFLEET_LOG_LEVEL: 'warn',
    ...(part === 'signer' ? signerFiles(directory) : {}),
    ...(part === 'signer' ? {} : { COREFLEET_ARTIFACTS_DIR: artifactsIn(directory) }),
    ...(part === 'api' || part === 'gateway' ? { COREFLEET_PORT: '0' } : {}),
    ...(part === 'api'
      ? { COREFLEET_GATEWAY_URL: balancer.url, COREFLEET_CHECKPOINTS_DIR: checkpointsIn(directory) }
      : {}),
    ...options.env,
  };
}

async function startMember(part: Part, how: HowToStart): Promise<Member> {
  const spawned = spawnProcess(path.resolve('dist', `${part}.cjs`), how);
  const line = new RegExp(`^${part} ready(?: on (\\S+))?$`, 'm');
  await spawned.ready(line, READY_TIMEOUT_MS);
  return { part, process: spawned, url: line.exec(spawned.output())?.[1] };
}

/** Takes the one-time link that the API printed, as a person would. */
async function firstAdmin(api: Member | undefined): Promise<ApiClient> {
  if (!api?.url) throw new Error('cannot log in: no API was started');
  const link = /\S+\/setup#(\S+)/;
  await api.process.ready(link);
  const client = new ApiClient(api.url);
  await client.post('/v1/setup', { token: link.exec(api.process.output())?.[1], ...ADMIN });
  await client.login(ADMIN.username, ADMIN.password);
  return client;
}
