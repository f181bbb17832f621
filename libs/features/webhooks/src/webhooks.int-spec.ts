import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { DeliveriesService } from './deliveries.service';
import { claimDeliveries, pruneDeliveries } from './delivery-claims';
import { PAUSES_MS } from './delivery-rules';
import { EVENT_TYPES } from './event-types';
import { Receiver, validSignatures } from './testing/receiver';
import { WebhookSender } from './webhook-sender';
import { WebhooksService } from './webhooks.service';

const ADA: Actor = { kind: 'person', id: 'u1', name: 'ada' };
const DAY_MS = 86_400_000;

class TestClock extends Clock {
  aheadMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

let files: TestDatabase;
let owner: Database;
let api: Database;
let worker: Database;
let clock: TestClock;
let webhooks: WebhooksService;
let deliveries: DeliveriesService;
let audit: AuditService;
let senders: WebhookSender[];
let receivers: Receiver[];

beforeAll(async () => {
  files = await createTestDatabase();
  const connect = (url: string) => new Database({ url, connections: 6, onIdleError: () => undefined });
  [owner, api, worker] = [
    connect(files.url()),
    connect(files.url('corefleet_api')),
    connect(files.url('corefleet_worker')),
  ];
  audit = new AuditService(api);
});

afterAll(async () => {
  await Promise.all([owner.close(), api.close(), worker.close()]);
  await files.drop();
});

beforeEach(async () => {
  clock = new TestClock();
  webhooks = new WebhooksService(api, audit, clock, new Ids());
  deliveries = new DeliveriesService(api, audit, clock);
  [senders, receivers] = [[], []];
  await owner.pool.query('TRUNCATE webhooks, webhook_secrets, webhook_deliveries');
});

afterEach(async () => {
  await Promise.all(senders.map((sender) => sender.onApplicationShutdown()));
  await Promise.all(receivers.map((receiver) => receiver.stop()));
});

/** A worker's part of it. @param allow where it may send to: this machine, unless a test says otherwise */
function startSender(allow = ['127.0.0.0/8']): void {
  const options = { allow, publicUrl: 'https://fleet.example/', keptDays: 30 };
  const sender = new WebhookSender(worker, new AuditService(worker), clock, options);
  sender.onApplicationBootstrap();
  senders.push(sender);
}

async function startReceiver(): Promise<Receiver> {
  const receiver = await Receiver.start();
  receivers.push(receiver);
  return receiver;
}

async function hook(receiver: Receiver, events = ['*'], name = `hook ${Math.random()}`) {
  return webhooks.create(ADA, { name, url: receiver.url, events });
}

const act = (action: string, id = 'r1', details: object = {}): Promise<bigint> =>
  api.transaction((tx) =>
    audit.record(tx, { actor: ADA, action, subject: { kind: 'rollout', id }, remark: 'why', details }),
  );

const log = async (webhookId: string) => (await deliveries.list(webhookId, { limit: 100 })).items;
const actions = async (id: string): Promise<string[]> =>
  (await audit.list({ limit: 50, subjectId: id })).items.map(({ action }) => action);

describe('what webhooks are told', () => {
  it('is what was committed and they want, once, in words, and signed', async () => {
    const receiver = await startReceiver();
    const made = await hook(receiver, ['rollout.*', 'wave.passed']);
    await hook(receiver, ['device.*']);
    const auditId = await act('rollout.pause', 'r1', {
      reason: 'gate of wave 2: 3 of 10 failed',
      parameters: { password: 'x' },
    });
    await act('rollout.start-wave', 'r1', { wave: 1 });
    await act('rollout.pass-wave', 'r1', { wave: 1 });
    await act('limits.set');
    await expect(
      api.transaction(async (tx) => {
        await audit.record(tx, { actor: ADA, action: 'rollout.stop', subject: { kind: 'rollout', id: 'r1' } });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    startSender();
    await eventually(() => receiver.received.length === 2, { what: 'both messages' });
    const [paused, passed] = receiver.received;
    expect(paused?.json).toMatchObject({
      type: 'rollout.paused',
      version: 1,
      data: {
        subject: { kind: 'rollout', id: 'r1' },
        by: { kind: 'person', name: 'ada' },
        reason: 'gate of wave 2: 3 of 10 failed',
        auditId: String(auditId),
        link: 'https://fleet.example/v1/rollouts/r1',
      },
    });
    expect(paused?.body).not.toContain('password');
    expect(passed?.json).toMatchObject({ type: 'wave.passed', data: { wave: 1, reason: 'why' } });
    expect(paused && (await validSignatures(paused, made.secret))).toBe(1);
    expect(await log(made.id)).toMatchObject([
      { type: 'wave.passed', status: 'delivered', attempts: 1, responseStatus: 204, error: null },
      { type: 'rollout.paused', status: 'delivered', attempts: 1, latencyMs: expect.any(Number) as number },
    ]);
  });

  it('is the end of a command, whoever ends it, and a result that comes later; never a read', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver, ['command.*']);
    const [device, enrolment] = [new Ids().uuid(), new Ids().uuid()];
    await owner.pool.query(
      `INSERT INTO devices (id, brand_id, model, serial, labels) VALUES ($1, 'acme', 'pc', 's1', '{}')`,
      [device],
    );
    for (const operation of ['refresh', 'read-snaps']) {
      await owner.pool.query(
        `INSERT INTO commands (id, device_id, enrolment_id, operation, parameters, status, audit_id, requested_by, valid_until, deadline_seconds)
         VALUES (gen_random_uuid(), $1, $2, $3, '{}', 'running', 1, 'ada', now(), 60)`,
        [device, enrolment, operation],
      );
    }
    const move = (set: string) => worker.pool.query(`UPDATE commands SET ${set} WHERE device_id = '${device}'`);
    await move(`status = 'verifying'`);
    await move(`status = 'lost', cause = 'silent', finished_at = now()`);
    await move(`late_status = 'succeeded'`);
    await move(`snapd_status = 200`);
    expect((await log(id)).map(({ type, data }) => ({ type, data }))).toMatchObject([
      { type: 'command.finished-late', data: { status: 'succeeded', device: { serial: 's1' } } },
      { type: 'command.finished', data: { status: 'lost', cause: 'silent', subject: { name: 'refresh' } } },
    ]);
  });

  it('is told of types that are written down', async () => {
    const { rows } = await owner.pool.query<{ type: string }>('SELECT type FROM webhook_event_types');
    const others = ['command.finished', 'command.finished-late', 'device.held', 'webhook.ping'];
    expect([...rows.map(({ type }) => type), ...others].sort()).toEqual(Object.keys(EVENT_TYPES).sort());
  });

  it('is nothing that happens while it is disabled', async () => {
    const { id } = await hook(await startReceiver());
    await webhooks.change(ADA, id, { enabled: false });
    await act('rollout.pause');
    expect(await log(id)).toEqual([]);
  });
});

describe('a delivery', () => {
  it('is tried again under the same id until it is taken', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver);
    receiver.answer = (response) => response.writeHead(receiver.received.length < 3 ? 503 : 200).end('busy');
    await act('rollout.pause');
    startSender();
    for (const [tries, pauseMs] of [
      [1, PAUSES_MS[0]],
      [2, PAUSES_MS[1]],
    ] as const) {
      await eventually(async () => (await log(id))[0]?.error === 'answered with 503', {
        what: `the end of try ${tries}`,
      });
      clock.aheadMs += (pauseMs ?? 0) * 1.2;
      await eventually(() => receiver.received.length === tries + 1, { what: `try ${tries + 1}` });
    }
    await eventually(async () => (await log(id))[0]?.status === 'delivered', { what: 'the delivery' });
    expect((await log(id))[0]).toMatchObject({ attempts: 3, responseStatus: 200, response: 'busy', error: null });
    expect(new Set(receiver.ids()).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  it('is given up after the last attempt, and sent again when a person says so', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver);
    receiver.answer = (response) => response.writeHead(302, { location: receiver.url }).end();
    await act('rollout.pause');
    await owner.pool.query('UPDATE webhook_deliveries SET attempts = $1', [PAUSES_MS.length]);
    startSender();
    await eventually(async () => (await log(id))[0]?.status === 'dead', { what: 'the end' });
    expect((await log(id))[0]?.error).toBe('answered with 302, and redirects are not followed');
    receiver.answer = (response) => response.writeHead(204).end();
    const yesterday = new Date(Date.now() - DAY_MS).toISOString();
    expect(await deliveries.replay(ADA, id, { deadSince: yesterday, deadUntil: yesterday })).toBe(0);
    expect(await deliveries.replay(ADA, id, { deadSince: yesterday, remark: 'it was down' })).toBe(1);
    await eventually(async () => (await log(id))[0]?.status === 'delivered', { what: 'the delivery' });
    expect(new Set(receiver.ids()).size).toBe(1);
    expect(await deliveries.replay(ADA, id, { deliveryId: (await log(id))[0]?.id })).toBe(1);
    await eventually(() => receiver.received.length === 3, { what: 'what was sent once more' });
    expect(await actions(id)).toContain('webhook.replay');
  });

  it('is sent again by another worker when the one that took it dies before it wrote down what came of it', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver);
    await act('rollout.pause');
    const [taken] = await claimDeliveries(worker, id, 4, clock.now());
    startSender();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(receiver.received).toEqual([]);
    clock.aheadMs += 31_000;
    await eventually(() => receiver.received.length === 1, { what: 'the message' });
    expect(receiver.ids()).toEqual([`msg_${taken?.messageId}`]);
  });

  it('is sent by one of several workers, all of them in the end', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver);
    for (let at = 0; at < 60; at += 1) await act('rollout.pause', `r${at}`);
    [1, 2, 3].forEach(() => startSender());
    await eventually(async () => (await webhooks.get(id)).waiting === 0, { what: 'all of them' });
    expect(receiver.ids()).toHaveLength(60);
    expect(new Set(receiver.ids()).size).toBe(60);
  });

  it('goes nowhere inside unless that is allowed', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver);
    const { id: byName } = await webhooks.create(ADA, {
      name: 'by name',
      url: receiver.url.replace('127.0.0.1', 'localhost'),
      events: ['*'],
    });
    await act('rollout.pause');
    startSender([]);
    for (const each of [id, byName])
      await eventually(async () => (await log(each))[0]?.error?.includes('private, local or reserved'), {
        what: 'the refusal',
      });
    expect(receiver.received).toEqual([]);
  });

  it('is kept for a time after its end, and given up when it has waited too long', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver);
    await act('rollout.pause');
    await act('rollout.stop');
    await owner.pool.query(
      `UPDATE webhook_deliveries SET status = 'delivered', ended_at = now() WHERE type = 'rollout.paused'`,
    );
    const days = { waited: 7, kept: 30 };
    expect(await pruneDeliveries(worker, new Date(Date.now() + 8 * DAY_MS), days)).toBe(0);
    expect(await log(id)).toMatchObject([{ status: 'dead', error: 'not delivered in time' }, { status: 'delivered' }]);
    expect(await pruneDeliveries(worker, new Date(Date.now() + 31 * DAY_MS), days)).toBe(1);
  });
});

describe('a receiver', () => {
  it('that says it is gone is sent nothing more, and the audit says why', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver);
    receiver.answer = (response) => response.writeHead(410).end();
    await act('rollout.pause');
    startSender();
    await eventually(async () => !(await webhooks.get(id)).enabled, { what: 'the end of the webhook' });
    await act('rollout.stop');
    expect(await webhooks.get(id)).toMatchObject({
      disabledReason: 'the receiver answered that it is gone (410)',
      waiting: 0,
    });
    expect(await log(id)).toMatchObject([{ status: 'dead', responseStatus: 410 }]);
    expect(await actions(id)).toEqual(['webhook.disable', 'webhook.create']);
    expect(await webhooks.change(ADA, id, { enabled: true })).toMatchObject({ enabled: true, disabledReason: null });
  });

  it('that hangs delays nobody else', async () => {
    const [slow, fast] = [await startReceiver(), await startReceiver()];
    slow.answer = () => undefined;
    await hook(slow);
    const { id } = await hook(fast);
    for (let at = 0; at < 40; at += 1) await act('rollout.pause', `r${at}`);
    startSender();
    await eventually(async () => (await webhooks.get(id)).waiting === 0, { what: 'the fast one', timeoutMs: 9_000 });
    expect(slow.received).toHaveLength(4);
    for (const receiver of [slow]) await receiver.stop();
  });

  it('that keeps failing is left alone for a while, which costs its deliveries no attempts', async () => {
    const receiver = await startReceiver();
    receiver.answer = (response) => response.writeHead(500).end();
    const { id } = await hook(receiver);
    for (let at = 0; at < 40; at += 1) await act('rollout.pause', `r${at}`);
    startSender();
    await eventually(async () => (await webhooks.get(id)).retryAt !== null, { what: 'the rest' });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(receiver.received.length).toBeLessThanOrEqual(8);
    expect((await log(id)).filter(({ attempts }) => attempts === 0).length).toBeGreaterThanOrEqual(32);
    receiver.answer = (response) => response.writeHead(204).end();
    clock.aheadMs += 60_000;
    await eventually(async () => (await webhooks.get(id)).waiting === 0, { what: 'all of them' });
    expect(await webhooks.get(id)).toMatchObject({ failures: 0, retryAt: null });
  });
});

describe('a secret', () => {
  it('is replaced without a gap: both sign until the old one is over', async () => {
    const receiver = await startReceiver();
    const made = await hook(receiver);
    const { secret } = await webhooks.rotateSecret(ADA, made.id, 3_600);
    startSender();
    await deliveries.ping(ADA, made.id);
    await eventually(() => receiver.received.length === 1, { what: 'the first ping' });
    clock.aheadMs += 3_601_000;
    await deliveries.ping(ADA, made.id);
    await eventually(() => receiver.received.length === 2, { what: 'the second ping' });
    const valid = (by: string) => Promise.all(receiver.received.map((each) => validSignatures(each, by)));
    expect([await valid(made.secret), await valid(secret)]).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(receiver.received.map(({ json }) => json.type)).toEqual(['webhook.ping', 'webhook.ping']);
  });

  it('is shown once, stands in no entry of the audit, and cannot be read by the api', async () => {
    const { id, secret } = await hook(await startReceiver());
    const shown = [await webhooks.get(id), await webhooks.list(), await audit.list({ limit: 20, subjectId: id })];
    expect(JSON.stringify(shown)).not.toContain(secret);
    await expect(api.pool.query('SELECT secret FROM webhook_secrets')).rejects.toThrow('permission denied');
  });
});

describe('webhooks', () => {
  it('have names of their own, and leave nothing behind', async () => {
    const receiver = await startReceiver();
    const { id } = await hook(receiver, ['*'], 'ops');
    await expect(hook(receiver, ['*'], 'ops')).rejects.toThrow('cannot name webhook "ops": there is one of that name');
    await act('rollout.pause');
    await webhooks.remove(ADA, id);
    await expect(webhooks.get(id)).rejects.toThrow('cannot find webhook');
    for (const table of ['webhook_secrets', 'webhook_deliveries'])
      expect((await owner.pool.query(`SELECT FROM ${table}`)).rowCount).toBe(0);
  });
});
