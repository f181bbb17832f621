import { Ids } from '@corefleet/platform/clock';
import { eventually } from '@corefleet/testing/processes';
import { claimDeliveries, pruneDeliveries } from './delivery-claims';
import { PAUSES_MS } from './delivery-rules';
import { EVENT_TYPES } from './event-types';
import { validSignatures } from './testing/receiver';
import { ADA, WebhookStand } from './testing/webhook-stand';

const DAY_MS = 86_400_000;

let stand: WebhookStand;

beforeAll(async () => {
  stand = await WebhookStand.start();
});

afterEach(() => stand.clear());

afterAll(() => stand.stop());

describe('what webhooks are told', () => {
  it('is what was committed and they want, once, in words, and signed', async () => {
    const receiver = await stand.startReceiver();
    const made = await stand.hook(receiver, ['rollout.*', 'wave.passed']);
    await stand.hook(receiver, ['device.*']);
    const auditId = await stand.act('rollout.pause', 'r1', {
      reason: 'gate of wave 2: 3 of 10 failed',
      parameters: { password: 'x' },
    });
    await stand.act('rollout.start-wave', 'r1', { wave: 1 });
    await stand.act('rollout.pass-wave', 'r1', { wave: 1 });
    await stand.act('limits.set');
    await expect(
      stand.api.transaction(async (tx) => {
        await stand.audit.record(tx, { actor: ADA, action: 'rollout.stop', subject: { kind: 'rollout', id: 'r1' } });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    stand.startSender();
    await eventually(async () => (await stand.webhooks.get(made.id)).waiting === 0, { what: 'both messages' });
    expect(receiver.received).toHaveLength(2);
    const told = (type: string) => receiver.received.find(({ json }) => json.type === type);
    const [paused, passed] = [told('rollout.paused'), told('wave.passed')];
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
    expect(await stand.log(made.id)).toMatchObject([
      { type: 'wave.passed', status: 'delivered', attempts: 1, responseStatus: 204, error: null },
      { type: 'rollout.paused', status: 'delivered', attempts: 1, latencyMs: expect.any(Number) as number },
    ]);
  });

  it('is the end of a command, whoever ends it, and a result that comes later; never a read', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver, ['command.*']);
    const [device, enrolment] = [new Ids().uuid(), new Ids().uuid()];
    await stand.owner.pool.query(
      `INSERT INTO devices (id, brand_id, model, serial, labels) VALUES ($1, 'acme', 'pc', 's1', '{}')`,
      [device],
    );
    for (const operation of ['refresh', 'read-snaps']) {
      await stand.owner.pool.query(
        `INSERT INTO commands (id, device_id, enrolment_id, operation, parameters, status, audit_id, requested_by, valid_until, deadline_seconds)
         VALUES (gen_random_uuid(), $1, $2, $3, '{}', 'running', 1, 'ada', now(), 60)`,
        [device, enrolment, operation],
      );
    }
    const move = (set: string) => stand.worker.pool.query(`UPDATE commands SET ${set} WHERE device_id = '${device}'`);
    await move(`status = 'verifying'`);
    await move(`status = 'lost', cause = 'silent', finished_at = now()`);
    await move(`late_status = 'succeeded'`);
    await move(`snapd_status = 200`);
    expect((await stand.log(id)).map(({ type, data }) => ({ type, data }))).toMatchObject([
      { type: 'command.finished-late', data: { status: 'succeeded', device: { serial: 's1' } } },
      { type: 'command.finished', data: { status: 'lost', cause: 'silent', subject: { name: 'refresh' } } },
    ]);
  });

  it('is told of types that are written down', async () => {
    const { rows } = await stand.owner.pool.query<{ type: string }>('SELECT type FROM webhook_event_types');
    const others = ['command.finished', 'command.finished-late', 'device.held', 'webhook.ping'];
    expect([...rows.map(({ type }) => type), ...others].sort()).toEqual(Object.keys(EVENT_TYPES).sort());
  });

  it('is nothing that happens while it is disabled', async () => {
    const { id } = await stand.hook(await stand.startReceiver());
    await stand.webhooks.change(ADA, id, { enabled: false });
    await stand.act('rollout.pause');
    expect(await stand.log(id)).toEqual([]);
  });
});

describe('a delivery', () => {
  it('is tried again under the same id until it is taken', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver);
    receiver.answer = (response) => response.writeHead(receiver.received.length < 3 ? 503 : 200).end('busy');
    await stand.act('rollout.pause');
    stand.startSender();
    for (const [tries, pauseMs] of [
      [1, PAUSES_MS[0]],
      [2, PAUSES_MS[1]],
    ] as const) {
      await eventually(async () => (await stand.log(id))[0]?.error === 'answered with 503', {
        what: `the end of try ${tries}`,
      });
      stand.clock.aheadMs += (pauseMs ?? 0) * 1.2;
      await eventually(() => receiver.received.length === tries + 1, { what: `try ${tries + 1}` });
    }
    await eventually(async () => (await stand.log(id))[0]?.status === 'delivered', { what: 'the delivery' });
    expect((await stand.log(id))[0]).toMatchObject({ attempts: 3, responseStatus: 200, response: 'busy', error: null });
    expect(new Set(receiver.ids()).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  it('is given up after the last attempt, and sent again when a person says so', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver);
    receiver.answer = (response) => response.writeHead(302, { location: receiver.url }).end();
    await stand.act('rollout.pause');
    await stand.owner.pool.query('UPDATE webhook_deliveries SET attempts = $1', [PAUSES_MS.length]);
    stand.startSender();
    await eventually(async () => (await stand.log(id))[0]?.status === 'dead', { what: 'the end' });
    expect((await stand.log(id))[0]?.error).toBe('answered with 302, and redirects are not followed');
    receiver.answer = (response) => response.writeHead(204).end();
    const yesterday = new Date(Date.now() - DAY_MS).toISOString();
    expect(await stand.deliveries.replay(ADA, id, { deadSince: yesterday, deadUntil: yesterday })).toBe(0);
    expect(await stand.deliveries.replay(ADA, id, { deadSince: yesterday, remark: 'it was down' })).toBe(1);
    await eventually(async () => (await stand.log(id))[0]?.status === 'delivered', { what: 'the delivery' });
    expect(new Set(receiver.ids()).size).toBe(1);
    expect(await stand.deliveries.replay(ADA, id, { deliveryId: (await stand.log(id))[0]?.id })).toBe(1);
    await eventually(() => receiver.received.length === 3, { what: 'what was sent once more' });
    expect(await stand.actions(id)).toContain('webhook.replay');
  });

  it('is sent again by another worker when the one that took it dies before it wrote down what came of it', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver);
    await stand.act('rollout.pause');
    const [taken] = await claimDeliveries(stand.worker, id, 4, stand.clock.now());
    stand.startSender();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(receiver.received).toEqual([]);
    stand.clock.aheadMs += 31_000;
    await eventually(() => receiver.received.length === 1, { what: 'the message' });
    expect(receiver.ids()).toEqual([`msg_${taken?.messageId}`]);
  });

  it('is sent by one of several workers, all of them in the end', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver);
    for (let at = 0; at < 60; at += 1) await stand.act('rollout.pause', `r${at}`);
    [1, 2, 3].forEach(() => stand.startSender());
    await eventually(async () => (await stand.webhooks.get(id)).waiting === 0, { what: 'all of them' });
    expect(receiver.ids()).toHaveLength(60);
    expect(new Set(receiver.ids()).size).toBe(60);
  });

  it('goes nowhere inside unless that is allowed', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver);
    const { id: byName } = await stand.webhooks.create(ADA, {
      name: 'by name',
      url: receiver.url.replace('127.0.0.1', 'localhost'),
      events: ['*'],
    });
    await stand.act('rollout.pause');
    stand.startSender([]);
    for (const each of [id, byName])
      await eventually(async () => (await stand.log(each))[0]?.error?.includes('private, local or reserved'), {
        what: 'the refusal',
      });
    expect(receiver.received).toEqual([]);
  });

  it('is kept for a time after its end, and given up when it has waited too long', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver);
    await stand.act('rollout.pause');
    await stand.act('rollout.stop');
    await stand.owner.pool.query(
      `UPDATE webhook_deliveries SET status = 'delivered', ended_at = now() WHERE type = 'rollout.paused'`,
    );
    const days = { waited: 7, kept: 30 };
    expect(await pruneDeliveries(stand.worker, new Date(Date.now() + 8 * DAY_MS), days)).toBe(0);
    expect(await stand.log(id)).toMatchObject([
      { status: 'dead', error: 'not delivered in time' },
      { status: 'delivered' },
    ]);
    expect(await pruneDeliveries(stand.worker, new Date(Date.now() + 31 * DAY_MS), days)).toBe(1);
  });

  it('is not given up again that was sent again long after it happened, nor while it is under way', async () => {
    const { id } = await stand.hook(await stand.startReceiver());
    await stand.act('rollout.pause');
    const days = { waited: 7, kept: 30 };
    const inDays = (given: number) => new Date(Date.now() + given * DAY_MS);
    await pruneDeliveries(stand.worker, inDays(8), days);
    stand.clock.aheadMs = 8 * DAY_MS;
    expect(await stand.deliveries.replay(ADA, id, { deliveryId: (await stand.log(id))[0]?.id })).toBe(1);
    await pruneDeliveries(stand.worker, inDays(9), days);
    expect(await stand.log(id)).toMatchObject([{ status: 'waiting' }]);
    await claimDeliveries(stand.worker, id, 1, inDays(16));
    await pruneDeliveries(stand.worker, inDays(16), days);
    expect(await stand.log(id)).toMatchObject([{ status: 'waiting' }]);
    await pruneDeliveries(stand.worker, inDays(17), days);
    expect(await stand.log(id)).toMatchObject([{ status: 'dead' }]);
  });

  it('goes with its webhook, which is found out without reading what others were sent', async () => {
    const others = await Promise.all([1, 2, 3].map(async () => stand.hook(await stand.startReceiver())));
    const gone = new Ids().uuid();
    await stand.owner.pool.query(
      `INSERT INTO webhook_deliveries (webhook_id, type, data, happened_at, status, ended_at)
       SELECT hook, 'rollout.paused', '{}', now(), 'delivered', now()
         FROM unnest($1::uuid[]) AS hook CROSS JOIN generate_series(1, CASE WHEN hook = $2 THEN 10 ELSE 10000 END)`,
      [[...others.map(({ id }) => id), gone], gone],
    );
    await stand.owner.pool.query('ANALYZE webhook_deliveries');
    const before = await rowsRead();
    expect(await pruneDeliveries(stand.worker, new Date(), { waited: 7, kept: 30 })).toBe(10);
    expect((await rowsRead()) - before).toBeLessThan(100);
    expect(await stand.owner.prisma.webhookDelivery.count()).toBe(30_000);
  });
});

/** Rows of the log that statements have read so far. */
async function rowsRead(): Promise<number> {
  for (const database of [stand.worker, stand.owner]) await database.pool.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await stand.owner.pool.query<{ count: number }>(
    `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS count FROM pg_stat_user_tables WHERE relname = 'webhook_deliveries'`,
  );
  return rows[0]?.count ?? 0;
}
