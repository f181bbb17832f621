import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Problem } from '@corefleet/contracts/http';
import type { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createLogger } from '@corefleet/platform/logger';
import type { ApiConfig } from '../config';
import { startApi, type RunningApi } from '../start-api';

export const PASSWORD = 'correct horse battery';
/** An id that nothing has. */
export const NOWHERE = '0198c0de-0000-7000-8000-0123456789ab';
export const silent = createLogger('test', 'silent');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, read as JSON; empty when it is something else. */
  readonly body: Record<string, unknown> & Partial<Problem>;
}

export interface CallOptions {
  readonly token?: string;
  /** A text goes as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: object;
}

/** What a spec brings: a database and a Redis prefix of its own. */
interface TestDatabase {
  readonly name: string;
  readonly adminUrl: string;
  url(role?: 'corefleet_api'): string;
  drop(): Promise<void>;
}

interface TestRedis {
  readonly url: string;
  readonly prefix: string;
  cleanup(): Promise<void>;
}

/** The real app on a port of its own, over a database and a Redis prefix of its own. */
export class TestApi {
  private constructor(
    readonly files: TestDatabase,
    readonly stores: TestRedis,
    /** Where the bytes of artifacts lie. */
    readonly artifacts: string,
    readonly running: RunningApi,
    private readonly config: ApiConfig,
    private readonly clock: Clock | undefined,
  ) {}

  /**
   * @param settings other than those that every spec has
   * @param clock the real one, unless a spec has time pass as it wants
   */
  static async start(
    files: TestDatabase,
    stores: TestRedis,
    settings: Partial<ApiConfig> = {},
    clock?: Clock,
  ): Promise<TestApi> {
    const artifacts = mkdtempSync(path.join(tmpdir(), 'corefleet-api-'));
    const config = { ...configOf(files, stores, artifacts), ...settings };
    return new TestApi(files, stores, artifacts, await startApi(config, silent, clock), config, clock);
  }

  async stop(): Promise<void> {
    await this.running.close();
    await this.stores.cleanup();
    await this.files.drop();
    rmSync(this.artifacts, { recursive: true, force: true });
  }

  /** A second process of the same fleet. */
  startAnother(): Promise<RunningApi> {
    return startApi(this.config, silent, this.clock);
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { token, body } = options;
    const raw = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await fetch(this.running.url + path, {
      method,
      body: raw ?? null,
      headers: {
        ...(raw !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...options.headers,
      },
    });
    const text = await answer.text();
    const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : {} };
  }

  /** A session of a person with this role, who is made when there is none. */
  async session(username: string, role: 'viewer' | 'auditor' | 'operator' | 'admin'): Promise<string> {
    await this.running.ensureUser(username, PASSWORD, role);
    const { body } = await this.call('POST', '/v1/login', { body: { username, password: PASSWORD } });
    return String(body['token']);
  }

  /** What the signer does at its start; the API may not. */
  async publishSigningKey(): Promise<void> {
    const database = new Database({ url: this.files.url(), connections: 1, onIdleError: () => undefined });
    await database.prisma.signingKey.create({ data: { id: 'k'.repeat(43), publicKey: 'p'.repeat(43) } });
    await database.close();
  }

  /** What an agent of a device asks. @param key one character: another one is another key */
  enrol(token: string, serial: string, key: string): Promise<Answer> {
    const identity = { brandId: 'acme', model: 'pc', serial };
    const body = { token, publicKey: key.repeat(43), ...identity, agentVersion: '0.1.0' };
    return this.call('POST', '/v1/device/enrol', { body });
  }
}

function configOf(files: TestDatabase, stores: TestRedis, artifacts: string): ApiConfig {
  return {
    // As the API's own role: what it may not do must not be needed.
    COREFLEET_DATABASE_URL: files.url('corefleet_api'),
    COREFLEET_DATABASE_CONNECTIONS: 4,
    COREFLEET_REDIS_URL: stores.url,
    COREFLEET_REDIS_PREFIX: stores.prefix,
    COREFLEET_LOG_LEVEL: 'silent',
    COREFLEET_METRICS_HOST: '127.0.0.1',
    COREFLEET_BIND: '127.0.0.1',
    COREFLEET_PORT: 0,
    COREFLEET_ARTIFACTS_DIR: artifacts,
    COREFLEET_ARTIFACT_MAX_BYTES: 8 * 1024 * 1024,
    COREFLEET_GATEWAY_URL: 'http://gateway.test:8081',
    COREFLEET_SWEEP_MS: 2_000,
    COREFLEET_TRUSTED_PROXIES: [],
    COREFLEET_ENROLMENTS_PER_MINUTE: 5,
  };
}
