import { randomBytes, randomUUID } from 'node:crypto';
import { createLogger } from '@corefleet/platform/logger';
import { Client } from 'pg';
import { Worker } from 'bullmq';
import { Bus, RedisConnections } from '@corefleet/platform/redis';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { GatewayConfig, startGateway, type RunningGateway } from './index';
import { aDeviceKey, aHello, askNonce, authorizationOf, TestAgent, upgradeStatus, type DeviceKey } from './testing/test-agent';

const stores = testRedis();
const logger = createLogger('gateway', 'silent');
let database: TestDatabase;
let sql: Client;
let connections: RedisConnections;
let bus: Bus;
let gateway: RunningGateway;
let other: RunningGateway;
const agents: TestAgent[] = [];

const config = (): GatewayConfig =>
  GatewayConfig.parse({
    COREFLEET_DATABASE_URL: database.url('corefleet_gateway'),
    COREFLEET_REDIS_URL: stores.url,
    COREFLEET_REDIS_PREFIX: stores.prefix,
    COREFLEET_PORT: 0,
    COREFLEET_DRAIN_MS: 3_000,
  });

beforeAll(async () => {
  database = await createTestDatabase();
  sql = new Client({ connectionString: database.url() });
  connections = new RedisConnections(stores.url, stores.prefix, logger);
  await connections.ready();
  bus = new Bus(connections, logger);
  await sql.connect();
  gateway = await startGateway(config(), logger);
  other = await startGateway(config(), logger);
});

afterEach(() => {
  for (const agent of agents.splice(0)) agent.leave();
});

afterAll(async () => {
  await Promise.all([gateway.close(), other.close()]);
  connections.close();
  await sql.end();
  await stores.cleanup();
  await database.drop();
});

async function anEnrolledDevice(status = 'active'): Promise<DeviceKey> {
  const key = aDeviceKey();
  const deviceId = randomUUID();
  await sql.query(`INSERT INTO devices (id, brand_id, model, serial, labels) VALUES ($1, 'acme', 'pc', $2, '{}')`, [deviceId, key.enrolmentId]);
  await sql.query(`INSERT INTO enrolments (id, device_id, public_key, status, token_id) VALUES ($1, $2, $3, $4, $1)`, [key.enrolmentId, deviceId, key.publicKey, status]);
  await sql.query('UPDATE devices SET enrolment_id = $1 WHERE id = $2', [key.enrolmentId, deviceId]);
  return key;
}

async function aSignedCommand(key: DeviceKey, sequence: number, changes: { finished?: boolean; expired?: boolean } = {}): Promise<void> {
  await sql.query(
    `INSERT INTO commands (id, device_id, enrolment_id, operation, parameters, status, audit_id, valid_until, requested_by, deadline_seconds, key_id, sequence, envelope, signature, finished_at)
     SELECT gen_random_uuid(), device_id, id, 'refresh', '{}', 'signed', 1, now() + $4::interval, 'somebody', 3600, 'key', $2::bigint, 'envelope ' || $2::bigint, 'signature', $3
     FROM enrolments WHERE id = $1`,
    [key.enrolmentId, sequence, changes.finished ? new Date() : null, changes.expired ? '-1 minute' : '1 hour'],
  );
}

async function join(key: DeviceKey, hello = {}, at = gateway): Promise<TestAgent> {
  const agent = await TestAgent.join(at.url, key, hello);
  agents.push(agent);
  return agent;
}

async function connect(key: DeviceKey): Promise<TestAgent> {
  const agent = await TestAgent.connect(gateway.url, key);
  agents.push(agent);
  return agent;
}

async function eventually(check: () => Promise<void> | void): Promise<void> {
  const until = Date.now() + 5_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const rows = async (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> => (await sql.query(text, values)).rows as Record<string, unknown>[];

const aChange = (n: number, changed: object = {}) => ({
  n,
  kind: 'change',
  body: { change: { id: '7', kind: 'refresh-snap', summary: 'Refresh', status: 'Doing', ready: false, 'spawn-time': '2026-05-03T10:00:00.000000001Z', ...changed } },
});

const aCommandReport = (n: number, changed: object = {}) => ({
  n,
  kind: 'command',
  body: { commandId: randomUUID(), state: 'accepted', changeIds: [], ...changed },
});

describe('the way in', () => {
  it('lets nobody in without a signature', async () => {
    expect(await upgradeStatus(gateway.url)).toBe(401);
    expect(await upgradeStatus(gateway.url, 'Bearer abc')).toBe(401);
  });

  it('lets nobody in with the key of another device', async () => {
    const [key, stranger] = [await anEnrolledDevice(), aDeviceKey()];
    const nonce = await askNonce(gateway.url, key.enrolmentId);
    expect(await upgradeStatus(gateway.url, authorizationOf({ ...key, privateKey: stranger.privateKey }, nonce))).toBe(401);
  });

  it('takes a nonce once, at any gateway, and for the enrolment that asked for it only', async () => {
    const [key, stranger] = [await anEnrolledDevice(), await anEnrolledDevice()];
    const authorization = authorizationOf(key, await askNonce(gateway.url, key.enrolmentId));
    expect(await upgradeStatus(other.url, authorization)).toBe(101);
    expect(await upgradeStatus(gateway.url, authorization)).toBe(401);
    expect(await upgradeStatus(gateway.url, authorizationOf(key, await askNonce(gateway.url, stranger.enrolmentId)))).toBe(401);
  });

  it.each(['retired', 'revoked'])('lets nobody in whose enrolment is %s', async (status) => {
    const key = await anEnrolledDevice(status);
    expect(await upgradeStatus(gateway.url, authorizationOf(key, await askNonce(gateway.url, key.enrolmentId)))).toBe(401);
  });

  it('answers a challenge of an unknown enrolment like any other', async () => {
    expect(await askNonce(gateway.url, randomUUID())).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it.each([
    ['POST', '/v1/device/challenge', '{"enrolmentId":"x"}', 400],
    ['POST', '/v1/device/challenge', '{', 400],
    ['POST', '/v1/device/challenge', 'x'.repeat(2_000), 413],
    ['GET', '/v1/device/challenge', undefined, 404],
    ['GET', '/v1/device/link', undefined, 404],
    ['GET', '/', undefined, 404],
    ['GET', '/healthz', undefined, 200],
    ['GET', '/readyz', undefined, 200],
  ])('answers %s %s %p with %i', async (method, path, body, status) => {
    const answer = await fetch(`${gateway.url}${path}`, { method, body: body ?? null });
    await answer.text();
    expect(answer.status).toBe(status);
  });

  it('asks to come again past its rate', async () => {
    const slow = await startGateway({ ...config(), COREFLEET_ADMISSIONS_PER_SECOND: 1 }, logger);
    try {
      const key = await anEnrolledDevice();
      const statuses = [];
      for (let at = 0; at < 3; at += 1) statuses.push(await upgradeStatus(slow.url, authorizationOf(key, 'never-issued')));
      expect(statuses).toEqual([401, 503, 503]);
    } finally {
      await slow.close();
    }
  });
});

describe('a link', () => {
  it('is recorded and its device present before the agent is welcomed', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    expect(await agent.hears('welcome')).toEqual({ type: 'welcome', protocol: 1, heartbeatMs: 30_000, factsEveryBeats: 30 });
    expect(await rows('SELECT journal_epoch, boot_id, snapd_state FROM device_links WHERE enrolment_id = $1', key.enrolmentId)).toEqual([
      { journal_epoch: 1, boot_id: 'boot-1', snapd_state: 'reachable' },
    ]);
    await eventually(async () => expect(await connections.commands.exists(`${stores.prefix}:presence:${key.enrolmentId}`)).toBe(1));
    agent.leave();
    await eventually(async () => expect(await connections.commands.exists(`${stores.prefix}:presence:${key.enrolmentId}`)).toBe(0));
  });

  it('moves the journal epoch on when a new journal comes, and not when the same comes again', async () => {
    const key = await anEnrolledDevice();
    for (const journalId of [randomUUID(), randomUUID()]) {
      await join(key, { journalId });
      await join(key, { journalId });
    }
    expect(await rows('SELECT journal_epoch FROM device_links WHERE enrolment_id = $1', key.enrolmentId)).toEqual([{ journal_epoch: 2 }]);
  });

  it('writes down what a heartbeat says', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    agent.send({ type: 'heartbeat', bootId: 'boot-2', snapdState: 'garbage' });
    await eventually(async () =>
      expect(await rows('SELECT boot_id, snapd_state FROM device_links WHERE enrolment_id = $1', key.enrolmentId)).toEqual([{ boot_id: 'boot-2', snapd_state: 'garbage' }]),
    );
  });

  it.each([['the same gateway'], ['another gateway']])('makes way for a second connection at %s', async (where) => {
    const key = await anEnrolledDevice();
    const first = await join(key);
    const second = await join(key, {}, where === 'another gateway' ? other : gateway);
    expect((await first.hears('bye')).reason).toBe('replaced');
    expect((await first.closed).code).toBe(4409);
    second.send({ type: 'report', items: [aCommandReport(1)] });
    expect((await second.hears('ack')).numbers).toEqual([1]);
  });

  it('is told the time as the signer signed it', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    const signer = new Worker('signing', (job) => Promise.resolve({
      sign: 'time',
      signed: (job.data as { hellos: { nonce: string }[] }).hellos.map(({ nonce }) => ({ statement: `time for ${nonce}`, keyId: 'k', signature: 's' })),
    }), { connection: { url: stores.url, maxRetriesPerRequest: null }, prefix: `${stores.prefix}:queue` });
    try {
      expect((await agent.hears('time', 15_000)).signed.statement).toBe('time for nonce-of-hello');
    } finally {
      await signer.close();
    }
  });

  it('is cut at once when its enrolment is revoked', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    bus.publishEvent({ topic: 'enrolment-revoked', id: key.enrolmentId, version: 1 });
    expect((await agent.hears('bye')).reason).toBe('revoked');
    expect((await agent.closed).code).toBe(4403);
  });
});

describe('commands', () => {
  it('are handed out lowest sequence first: open, signed, valid, and above what the agent has', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    await aSignedCommand(key, 1);
    await aSignedCommand(key, 2, { finished: true });
    await aSignedCommand(key, 3, { expired: true });
    await aSignedCommand(key, 5);
    await aSignedCommand(key, 4);
    agent.send({ type: 'pull', lastSequence: 1 });
    const { commands, more } = await agent.hears('commands');
    expect(commands).toEqual([
      { envelope: 'envelope 4', keyId: 'key', signature: 'signature' },
      { envelope: 'envelope 5', keyId: 'key', signature: 'signature' },
    ]);
    expect(more).toBe(false);
  });

  it('come in portions that say there are more', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    for (let sequence = 1; sequence <= 21; sequence += 1) await aSignedCommand(key, sequence);
    agent.send({ type: 'pull', lastSequence: 0 });
    const answer = await agent.hears('commands');
    expect([answer.commands.length, answer.more]).toEqual([20, true]);
  });

  it('are announced by a nudge', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    await eventually(async () => expect(await connections.commands.get(`${stores.prefix}:presence:${key.enrolmentId}`)).not.toBeNull());
    const gatewayId = await connections.commands.get(`${stores.prefix}:presence:${key.enrolmentId}`);
    bus.publishNudge(gatewayId ?? '', [key.enrolmentId, randomUUID()]);
    expect(await agent.hears('nudge')).toEqual({ type: 'nudge' });
  });
});

describe('reports', () => {
  it('are acknowledged only after the rows are there', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    await sql.query('BEGIN');
    await sql.query('LOCK TABLE changes IN EXCLUSIVE MODE');
    agent.send({ type: 'report', items: [aChange(1), aCommandReport(2)] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(agent.heard.some(({ type }) => type === 'ack')).toBe(false);
    await sql.query('COMMIT');
    expect(await agent.hears('ack')).toEqual({ type: 'ack', numbers: [1, 2], quarantined: [] });
    expect(await rows('SELECT status FROM changes WHERE enrolment_id = $1', key.enrolmentId)).toEqual([{ status: 'Doing' }]);
    expect(await rows('SELECT number FROM command_reports WHERE enrolment_id = $1', key.enrolmentId)).toEqual([{ number: '2' }]);
  });

  it('lose poison items to the quarantine, and only those', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) as unknown;
    const items = [aChange(1, { 'spawn-time': 'yesterday' }), { n: 2, kind: 'change', body: {} }, aChange(3), aCommandReport(5, { message: 'a\u0000b' })];
    const text = JSON.stringify({ type: 'report', items });
    const deepItem = `{"n":4,"kind":"command","body":{"commandId":"${randomUUID()}","state":"failed","changeIds":[],"result":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    expect(Array.isArray(deep)).toBe(true);
    agent.socket.send(`${text.slice(0, -2)},${deepItem}]}`);
    const ack = await agent.hears('ack');
    expect(ack.numbers).toEqual([3, 5]);
    expect(ack.quarantined).toEqual([
      { n: 1, reason: 'cannot store change: its spawn-time is not an RFC 3339 time between 1677 and 2262' },
      { n: 2, reason: 'cannot read item: body.change is not as the protocol says' },
      { n: 4, reason: 'cannot store item: it is nested too deeply' },
    ]);
    expect(await rows('SELECT number::int FROM quarantined_items WHERE enrolment_id = $1 ORDER BY number', key.enrolmentId)).toEqual([{ number: 1 }, { number: 2 }, { number: 4 }]);
    expect(await rows(`SELECT report->>'message' AS message FROM command_reports WHERE enrolment_id = $1`, key.enrolmentId)).toEqual([{ message: 'a\uFFFDb' }]);
  });

  it('survive a database that goes away and comes back', async () => {
    const key = await anEnrolledDevice();
    const agent = await join(key);
    await sql.query(`ALTER ROLE corefleet_gateway CONNECTION LIMIT 0`);
    try {
      await sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'corefleet_gateway'`);
      agent.send({ type: 'report', items: [aChange(1)] });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(agent.heard.some(({ type }) => type === 'ack')).toBe(false);
    } finally {
      await sql.query(`ALTER ROLE corefleet_gateway CONNECTION LIMIT -1`);
    }
    expect((await agent.hears('ack', 10_000)).numbers).toEqual([1]);
  });
});

describe('hostile frames', () => {
  const cases: [string, string | Buffer, number][] = [
    ['text that is not JSON', '{"type":', 4400],
    ['an unknown type', '{"type":"shutdown"}', 4400],
    ['JSON of huge depth', '['.repeat(250_000), 4400],
    ['huge depth that is JSON', `${'['.repeat(250_000)}${']'.repeat(250_000)}`, 4400],
    ['wrong types', '{"type":"report","items":"all"}', 4400],
    ['an item without a number', '{"type":"report","items":[{"kind":"change"}]}', 4400],
    ['a second hello', JSON.stringify(aHello()), 4412],
    ['a binary frame', randomBytes(64), 1003],
    ['an oversized frame', 'x'.repeat(600 * 1024), 1009],
    ['more items than it may have unacknowledged', JSON.stringify({ type: 'report', items: [] }), 4400],
  ];

  it.each(cases)('ends the link at %s, and no other', async (_name, frame, code) => {
    const [hostile, bystander] = [await join(await anEnrolledDevice()), await join(await anEnrolledDevice())];
    hostile.socket.send(frame);
    expect((await hostile.closed).code).toBe(code);
    bystander.send({ type: 'report', items: [aChange(1)] });
    expect((await bystander.hears('ack')).numbers).toEqual([1]);
  });

  it('ends a link that reports before hello', async () => {
    const agent = await connect(await anEnrolledDevice());
    agent.send({ type: 'report', items: [aChange(1)] });
    expect((await agent.closed).code).toBe(4412);
  });

  it('tells an agent it cannot speak with why, and keeps it visible', async () => {
    const key = await anEnrolledDevice();
    const agent = await connect(key);
    agent.send(aHello({ protocols: [99], agentVersion: '9.0.0' }));
    expect((await agent.hears('bye')).reason).toBe('protocol-not-spoken');
    expect((await agent.closed).code).toBe(4406);
    await eventually(async () =>
      expect(await rows('SELECT agent_version, protocol FROM device_links WHERE enrolment_id = $1', key.enrolmentId)).toEqual([{ agent_version: '9.0.0', protocol: 99 }]),
    );
  });

  it('ends a link that floods', async () => {
    const agent = await join(await anEnrolledDevice());
    for (let at = 0; at < 20_000; at += 1) agent.socket.send('{"type":"pull","lastSequence":0}');
    const { code } = await agent.closed;
    expect([4429, 4430]).toContain(code);
  });
});

describe('a gateway that is stopped', () => {
  it('acknowledges what it has read, tells agents when to come back, and closes', async () => {
    const stopping = await startGateway(config(), logger);
    const key = await anEnrolledDevice();
    const agent = await join(key, {}, stopping);
    agent.send({ type: 'report', items: [aChange(1)] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stopping.close();
    expect((await agent.hears('ack')).numbers).toEqual([1]);
    expect((await agent.hears('bye')).reason).toBe('draining');
    expect((await agent.closed).code).toBe(1012);
  });
});

describe('the role of the gateway', () => {
  it.each([
    ['INSERT INTO commands DEFAULT VALUES'],
    [`UPDATE commands SET status = 'succeeded'`],
    ['DELETE FROM commands'],
    ['INSERT INTO rollouts DEFAULT VALUES'],
    [`UPDATE rollouts SET status = 'finished'`],
    ['INSERT INTO audit_entries DEFAULT VALUES'],
    [`UPDATE audit_entries SET action = 'nothing'`],
    ['SELECT * FROM api_tokens'],
    [`UPDATE enrolments SET status = 'active'`],
    ['DELETE FROM changes'],
  ])('may not %s', async (statement) => {
    const client = new Client({ connectionString: database.url('corefleet_gateway') });
    await client.connect();
    try {
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await client.end();
    }
  });
});
