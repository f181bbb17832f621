import { createHash, randomUUID } from 'node:crypto';
import { Worker } from 'bullmq';
import { canonicalJson, STANDING_PULL } from '@corefleet/contracts/device-protocol';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { aChange, aCommandReport, GatewayStand } from './testing/gateway-stand';

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.open({ database: await createTestDatabase(), redis: testRedis() });
});
afterEach(() => stand.dismissAgents());
afterAll(() => stand.close());

describe('a link', () => {
  it('is recorded and its device present before the agent is welcomed', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    expect(await agent.hears('welcome')).toEqual({
      type: 'welcome',
      protocol: 1,
      heartbeatMs: 30_000,
      factsEveryBeats: 30,
      facts: {},
    });
    expect(
      await stand.rows(
        'SELECT journal_epoch, boot_id, snapd_state FROM device_links WHERE enrolment_id = $1',
        key.enrolmentId,
      ),
    ).toEqual([{ journal_epoch: 1, boot_id: 'boot-1', snapd_state: 'reachable' }]);
    await eventually(() => stand.presence(key), { what: 'the device to be present' });
    agent.leave();
    await eventually(async () => (await stand.presence(key)) === null, { what: 'the device to be absent' });
  });

  it('is present again soon after Redis lost everything', async () => {
    const key = await stand.anEnrolledDevice();
    await stand.join(key);
    const gatewayId = await stand.presence(key);
    await stand.stores.redis.cleanup();
    expect(await stand.presence(key)).toBeNull();
    await eventually(async () => (await stand.presence(key)) === gatewayId, { what: 'the link to be present' });
  });

  it('moves the journal epoch on when a new journal comes, and not when the same comes again', async () => {
    const key = await stand.anEnrolledDevice();
    for (const journalId of [randomUUID(), randomUUID()]) {
      await stand.join(key, { journalId });
      await stand.join(key, { journalId });
    }
    expect(await stand.rows('SELECT journal_epoch FROM device_links WHERE enrolment_id = $1', key.enrolmentId)).toEqual(
      [{ journal_epoch: 2 }],
    );
  });

  it('is told at its beginning which facts are kept, and takes a difference from those', async () => {
    const key = await stand.anEnrolledDevice();
    const digest = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('base64url');
    const [before, after] = [[{ name: 'a', revision: '1' }], [{ name: 'a', revision: '2' }]];
    const first = await stand.join(key);
    const body = { name: 'snaps', digest: digest(before), value: before };
    first.send({ type: 'report', items: [{ n: 1, kind: 'fact', body }] });
    expect((await first.hears('ack')).numbers).toEqual([1]);
    first.leave();
    const second = await stand.join(key);
    expect((await second.hears('welcome')).facts).toEqual({ snaps: digest(before) });
    const difference = {
      name: 'snaps',
      base: digest(before),
      digest: digest(after),
      difference: { parts: [{ is: after }] },
    };
    const lost = { ...difference, name: 'model' };
    const items = [difference, lost].map((one, at) => ({ n: at + 2, kind: 'fact-difference', body: one }));
    second.send({ type: 'report', items });
    expect(await second.hears('ack')).toEqual({
      type: 'ack',
      numbers: [2],
      quarantined: [{ n: 3, reason: 'cannot apply difference of a fact: there is none yet' }],
    });
    expect(await stand.rows('SELECT value FROM device_facts WHERE enrolment_id = $1', key.enrolmentId)).toEqual([
      { value: after },
    ]);
  });

  it('writes down what a heartbeat says', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    agent.send({ type: 'heartbeat', bootId: 'boot-2', snapdState: 'garbage' });
    await eventually(
      async () => {
        expect(
          await stand.rows('SELECT boot_id, snapd_state FROM device_links WHERE enrolment_id = $1', key.enrolmentId),
        ).toEqual([{ boot_id: 'boot-2', snapd_state: 'garbage' }]);
        return true;
      },
      { what: 'the heartbeat to be written down' },
    );
  });

  it.each([['the same gateway'], ['another gateway']])('makes way for a second connection at %s', async (where) => {
    const key = await stand.anEnrolledDevice();
    const first = await stand.join(key);
    const second = await stand.join(key, {}, where === 'another gateway' ? stand.other : stand.gateway);
    expect((await first.hears('bye')).reason).toBe('replaced');
    expect((await first.closed).code).toBe(4409);
    second.send({ type: 'report', items: [aCommandReport(1)] });
    expect((await second.hears('ack')).numbers).toEqual([1]);
  });

  it('is told the time as the signer signed it', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    const signer = new Worker(
      'signing',
      (job) =>
        Promise.resolve({
          signed: (job.data as { hellos: { nonce: string }[] }).hellos.map(({ nonce }) => ({
            statement: `time for ${nonce}`,
            keyId: 'k',
            signature: 's',
          })),
        }),
      {
        connection: { url: stand.stores.redis.url, maxRetriesPerRequest: null },
        prefix: `${stand.stores.redis.prefix}:queue`,
      },
    );
    try {
      expect((await agent.hears('time', 15_000)).signed.statement).toBe('time for nonce-of-hello');
    } finally {
      await signer.close();
    }
  });

  it('is cut at once when its enrolment is revoked', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    stand.bus.publishEvent({ topic: 'enrolment-revoked', id: key.enrolmentId, version: 1 });
    expect((await agent.hears('bye')).reason).toBe('revoked');
    expect((await agent.closed).code).toBe(4403);
  });
});

describe('commands', () => {
  it('are handed out lowest sequence first: open, signed, valid, and above what the agent has', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    await stand.aSignedCommand(key, 1);
    await stand.aSignedCommand(key, 2, { finished: true });
    await stand.aSignedCommand(key, 3, { expired: true });
    await stand.aSignedCommand(key, 5);
    await stand.aSignedCommand(key, 4);
    agent.send({ type: 'pull', lastSequence: 1 });
    const { commands, more } = await agent.hears('commands');
    expect(commands).toEqual([
      { envelope: 'envelope 4', keyId: 'key', signature: 'signature' },
      { envelope: 'envelope 5', keyId: 'key', signature: 'signature' },
    ]);
    expect(more).toBe(false);
  });

  it('come in portions that say there are more', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    for (let sequence = 1; sequence <= 21; sequence += 1) await stand.aSignedCommand(key, sequence);
    agent.send({ type: 'pull', lastSequence: 0 });
    const answer = await agent.hears('commands');
    expect([answer.commands.length, answer.more]).toEqual([20, true]);
  });

  it('are announced by a nudge', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    const gatewayId = await eventually(() => stand.presence(key), { what: 'the device to be present' });
    stand.bus.publishNudge(gatewayId, [key.enrolmentId, randomUUID()]);
    expect(await agent.hears('nudge')).toEqual({ type: 'nudge' });
  });

  it('are handed over at the nudge to an agent whose pull stands', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key, { capabilities: [STANDING_PULL] });
    agent.send({ type: 'pull', lastSequence: 0 });
    expect((await agent.hears('commands')).commands).toEqual([]);
    await stand.aSignedCommand(key, 1);
    const gatewayId = await eventually(() => stand.presence(key), { what: 'the device to be present' });
    stand.bus.publishNudge(gatewayId, [key.enrolmentId]);
    const handed = () => agent.heard.filter((frame) => frame.type === 'commands' && frame.commands.length > 0);
    expect(await eventually(() => handed()[0], { what: 'the command' })).toMatchObject({
      commands: [{ envelope: 'envelope 1' }],
      more: false,
    });
    expect(agent.heard.map(({ type }) => type)).not.toContain('nudge');
  });
});

describe('a gateway that is stopped', () => {
  it('acknowledges what it has read, tells agents when to come back, and closes', async () => {
    const stopping = await stand.start();
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key, {}, stopping);
    agent.send({ type: 'report', items: [aChange(1)] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stopping.close();
    expect((await agent.hears('ack')).numbers).toEqual([1]);
    expect((await agent.hears('bye')).reason).toBe('draining');
    expect((await agent.closed).code).toBe(1012);
  });
});
