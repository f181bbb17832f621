import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { createLogger } from '@corefleet/platform/logger';
import { Bus, RedisConnections } from '@corefleet/platform/redis';
import { GatewayConfig, startGateway, type RunningGateway } from '../index';
import { aDeviceKey, TestAgent, type DeviceKey } from './test-agent';

const logger = createLogger('gateway', 'silent');

/** A database and a Redis prefix of the test's own. */
export interface TestStores {
  readonly database: { url(role?: 'corefleet_gateway'): string; drop(): Promise<void> };
  readonly redis: { readonly url: string; readonly prefix: string; cleanup(): Promise<void> };
}

/** Two gateways of one fleet over real stores, and a look into those. */
export class GatewayStand {
  private readonly agents: TestAgent[] = [];

  private constructor(
    readonly stores: TestStores,
    /** Where the bytes of artifacts lie. */
    readonly artifacts: string,
    readonly sql: Client,
    readonly redis: RedisConnections,
    readonly bus: Bus,
    readonly gateway: RunningGateway,
    readonly other: RunningGateway,
  ) {}

  static async open(stores: TestStores): Promise<GatewayStand> {
    const sql = new Client({ connectionString: stores.database.url() });
    await sql.connect();
    const redis = new RedisConnections(stores.redis.url, stores.redis.prefix, logger);
    await redis.ready();
    const artifacts = mkdtempSync(path.join(tmpdir(), 'corefleet-gateway-'));
    const start = (): Promise<RunningGateway> => startGateway(configFor(stores, artifacts), logger);
    return new GatewayStand(stores, artifacts, sql, redis, new Bus(redis, logger), await start(), await start());
  }

  /** One more gateway, which the caller closes. */
  start(config: Partial<GatewayConfig> = {}): Promise<RunningGateway> {
    return startGateway({ ...configFor(this.stores, this.artifacts), ...config }, logger);
  }

  /** Ends what the test's agents left open; call it after each test. */
  dismissAgents(): void {
    for (const agent of this.agents.splice(0)) agent.leave();
  }

  async close(): Promise<void> {
    await Promise.all([this.gateway.close(), this.other.close()]);
    this.redis.close();
    await this.sql.end();
    await this.stores.redis.cleanup();
    await this.stores.database.drop();
    rmSync(this.artifacts, { recursive: true, force: true });
  }

  async anEnrolledDevice(status = 'active'): Promise<DeviceKey> {
    const key = aDeviceKey();
    const [id, deviceId] = [key.enrolmentId, randomUUID()];
    await this.rows(
      `INSERT INTO devices (id, brand_id, model, serial, labels) VALUES ($1, 'acme', 'pc', $2, '{}')`,
      deviceId,
      id,
    );
    await this.rows(
      'INSERT INTO enrolments (id, device_id, public_key, status, token_id) VALUES ($1, $2, $3, $4, $1)',
      id,
      deviceId,
      key.publicKey,
      status,
    );
    await this.rows('UPDATE devices SET enrolment_id = $1 WHERE id = $2', id, deviceId);
    return key;
  }

  async aSignedCommand(
    key: DeviceKey,
    sequence: number,
    but: { finished?: boolean; expired?: boolean } = {},
  ): Promise<void> {
    await this.rows(
      `INSERT INTO commands (id, device_id, enrolment_id, operation, parameters, status, audit_id, requested_by, valid_until,
         deadline_seconds, key_id, sequence, envelope, signature, finished_at)
       SELECT gen_random_uuid(), device_id, id, 'refresh', '{}', 'signed', 1, 'somebody', now() + $4::interval,
         3600, 'key', $2::bigint, 'envelope ' || $2::bigint, 'signature', $3
       FROM enrolments WHERE id = $1`,
      key.enrolmentId,
      sequence,
      but.finished ? new Date() : null,
      but.expired ? '-1 minute' : '1 hour',
    );
  }

  /** A link that was welcomed. */
  async join(key: DeviceKey, hello: Parameters<typeof TestAgent.join>[2] = {}, at = this.gateway): Promise<TestAgent> {
    return this.keep(await TestAgent.join(at.url, key, hello));
  }

  /** A link that has not said hello. */
  async connect(key: DeviceKey, at = this.gateway): Promise<TestAgent> {
    return this.keep(await TestAgent.connect(at.url, key));
  }

  async rows(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
    return (await this.sql.query<Record<string, unknown>>(text, values)).rows;
  }

  /** The gateway that Redis says holds the device's link. */
  presence(key: DeviceKey): Promise<string | null> {
    return this.redis.commands.get(`${this.stores.redis.prefix}:presence:${key.enrolmentId}`);
  }

  /** As if Redis had been emptied just now. */
  async forgetNonces(): Promise<void> {
    const nonces = await this.redis.commands.keys(`${this.stores.redis.prefix}:nonce:*`);
    await this.redis.commands.del(...nonces);
  }

  private keep(agent: TestAgent): TestAgent {
    this.agents.push(agent);
    return agent;
  }
}

const configFor = (stores: TestStores, artifacts: string): GatewayConfig =>
  GatewayConfig.parse({
    COREFLEET_DATABASE_URL: stores.database.url('corefleet_gateway'),
    COREFLEET_REDIS_URL: stores.redis.url,
    COREFLEET_REDIS_PREFIX: stores.redis.prefix,
    COREFLEET_PORT: 0,
    COREFLEET_ARTIFACTS_DIR: artifacts,
    COREFLEET_ARTIFACT_MAX_BYTES: 8 * 1024 * 1024,
    COREFLEET_DRAIN_MS: 3_000,
  });

/** A report item with one snapshot of change 7. */
export const aChange = (n: number, changed: object = {}) => ({
  n,
  kind: 'change',
  body: {
    change: {
      id: '7',
      kind: 'refresh-snap',
      summary: 'Refresh',
      status: 'Doing',
      ready: false,
      'spawn-time': '2026-05-03T10:00:00.000000001Z',
      ...changed,
    },
  },
});

/** A report item about some command. */
export const aCommandReport = (n: number, changed: object = {}) => ({
  n,
  kind: 'command',
  body: { commandId: randomUUID(), state: 'accepted', changeIds: [], ...changed },
});
