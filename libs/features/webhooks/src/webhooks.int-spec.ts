import type { ServerResponse } from 'node:http';
import { eventually } from '@corefleet/testing/processes';
import { validSignatures } from './testing/receiver';
import { ADA, WebhookStand } from './testing/webhook-stand';

let stand: WebhookStand;

beforeAll(async () => {
  stand = await WebhookStand.start();
});

afterEach(() => stand.clear());

afterAll(() => stand.stop());

describe('a receiver', () => {
  it('that says it is gone is sent nothing more, and the audit says why', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver);
    receiver.answer = (response) => response.writeHead(410).end();
    await stand.act('rollout.pause');
    stand.startSender();
    await eventually(async () => !(await stand.webhooks.get(id)).enabled, { what: 'the end of the webhook' });
    await stand.act('rollout.stop');
    expect(await stand.webhooks.get(id)).toMatchObject({
      disabledReason: 'the receiver answered that it is gone (410)',
      waiting: 0,
    });
    expect(await stand.log(id)).toMatchObject([{ status: 'dead', responseStatus: 410 }]);
    expect(await stand.actions(id)).toEqual(['webhook.disable', 'webhook.create']);
    expect(await stand.webhooks.change(ADA, id, { enabled: true })).toMatchObject({
      enabled: true,
      disabledReason: null,
    });
  });

  it('that hangs delays nobody else', async () => {
    const [slow, fast] = [await stand.startReceiver(), await stand.startReceiver()];
    slow.answer = () => undefined;
    await stand.hook(slow);
    const { id } = await stand.hook(fast);
    for (let at = 0; at < 40; at += 1) await stand.act('rollout.pause', `r${at}`);
    stand.startSender();
    await eventually(async () => (await stand.webhooks.get(id)).waiting === 0, {
      what: 'the fast one',
      timeoutMs: 9_000,
    });
    expect(slow.received).toHaveLength(4);
    for (const receiver of [slow]) await receiver.stop();
  });

  it('that keeps failing is left alone for a while, which costs its deliveries no attempts', async () => {
    const receiver = await stand.startReceiver();
    receiver.answer = (response) => response.writeHead(500).end();
    const { id } = await stand.hook(receiver);
    for (let at = 0; at < 40; at += 1) await stand.act('rollout.pause', `r${at}`);
    stand.startSender();
    await eventually(async () => (await stand.webhooks.get(id)).retryAt !== null, { what: 'the rest' });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(receiver.received.length).toBeLessThanOrEqual(8);
    expect((await stand.log(id)).filter(({ attempts }) => attempts === 0).length).toBeGreaterThanOrEqual(32);
    receiver.answer = (response) => response.writeHead(204).end();
    stand.clock.aheadMs += 60_000;
    await eventually(async () => (await stand.webhooks.get(id)).waiting === 0, { what: 'all of them' });
    expect(await stand.webhooks.get(id)).toMatchObject({ failures: 0, retryAt: null });
  });
});

describe('a change', () => {
  it('of URL and secret holds from the next message on, and a 410 of the old URL does not end the webhook', async () => {
    const [old, next] = [await stand.startReceiver(), await stand.startReceiver()];
    const held: ServerResponse[] = [];
    old.answer = (response) => held.push(response);
    const made = await stand.hook(old);
    for (let at = 0; at < 8; at += 1) await stand.act('rollout.pause', `r${at}`);
    stand.startSender();
    await eventually(() => held.length === 4, { what: 'the first four' });
    await stand.webhooks.change(ADA, made.id, { url: next.url });
    const { secret } = await stand.webhooks.rotateSecret(ADA, made.id, 0);
    for (const response of held) response.writeHead(410).end();
    await eventually(async () => (await stand.webhooks.get(made.id)).waiting === 0, { what: 'the others' });
    expect(await stand.webhooks.get(made.id)).toMatchObject({ enabled: true });
    expect([old.received.length, next.received.length]).toEqual([4, 4]);
    for (const each of next.received)
      expect([await validSignatures(each, secret), await validSignatures(each, made.secret)]).toEqual([1, 0]);
  });
});

describe('a secret', () => {
  it('is replaced without a gap: both sign until the old one is over', async () => {
    const receiver = await stand.startReceiver();
    const made = await stand.hook(receiver);
    const { secret } = await stand.webhooks.rotateSecret(ADA, made.id, 3_600);
    stand.startSender();
    await stand.deliveries.ping(ADA, made.id);
    await eventually(() => receiver.received.length === 1, { what: 'the first ping' });
    stand.clock.aheadMs += 3_601_000;
    await stand.deliveries.ping(ADA, made.id);
    await eventually(() => receiver.received.length === 2, { what: 'the second ping' });
    const valid = (by: string) => Promise.all(receiver.received.map((each) => validSignatures(each, by)));
    expect([await valid(made.secret), await valid(secret)]).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(receiver.received.map(({ json }) => json.type)).toEqual(['webhook.ping', 'webhook.ping']);
  });

  it('is shown once, stands in no entry of the audit, and cannot be read by the api', async () => {
    const { id, secret } = await stand.hook(await stand.startReceiver());
    const shown = [
      await stand.webhooks.get(id),
      await stand.webhooks.list(),
      await stand.audit.list({ limit: 20, subjectId: id }),
    ];
    expect(JSON.stringify(shown)).not.toContain(secret);
    await expect(stand.api.pool.query('SELECT secret FROM webhook_secrets')).rejects.toThrow('permission denied');
  });
});

describe('webhooks', () => {
  it('have names of their own, and leave nothing behind', async () => {
    const receiver = await stand.startReceiver();
    const { id } = await stand.hook(receiver, ['*'], 'ops');
    await expect(stand.hook(receiver, ['*'], 'ops')).rejects.toThrow(
      'cannot name webhook "ops": there is one of that name',
    );
    await stand.act('rollout.pause');
    await stand.webhooks.remove(ADA, id);
    await expect(stand.webhooks.get(id)).rejects.toThrow('cannot find webhook');
    for (const table of ['webhook_secrets', 'webhook_deliveries'])
      expect((await stand.owner.pool.query(`SELECT FROM ${table}`)).rowCount).toBe(0);
  });
});
