import { Clock } from '@corefleet/platform/clock';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import type { RunningApi } from '../start-api';
import { TestApi, type Answer } from '../testing/test-api';
import { ReportingDevices, runs } from './testing/reporting-devices';

/** Goes on by itself, and on to any time when it is told to. */
class TestClock extends Clock {
  private aheadMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }

  to(time: Date): void {
    this.aheadMs = time.getTime() - Date.now();
  }
}

interface Policy {
  readonly id: string;
  readonly nextAt: string | null;
  readonly last: { readonly occurrence: string; readonly outcome: string; readonly reason: string | null } | null;
  readonly lastRolloutId: string | null;
  readonly author: string;
}

const clock = new TestClock();
let api: TestApi;
let second: RunningApi;
let devices: ReportingDevices;
let ann: string;
let ben: string;

beforeAll(async () => {
  const store = await createTestDatabase();
  api = await TestApi.start(store, testRedis(), {}, clock);
  second = await api.startAnother();
  devices = new ReportingDevices(store);
  [ann, ben] = [await token('ann'), await token('ben')];
  for (const sequence of [1, 2, 3]) await devices.imported('acme', 'base', sequence);
  await devices.markedBad('acme', 'base', 3);
}, 60_000);

afterAll(async () => {
  await devices.close();
  await second.close();
  await api.stop();
});

/** Good for as long as the clock may run ahead. */
async function token(name: string): Promise<string> {
  const session = await api.session(name, 'operator');
  const body = { name: 'spec', expiresInSeconds: 300 * 86_400 };
  return String((await api.call('POST', '/v1/tokens', { token: session, body })).body['token']);
}

const post = (path: string, body: object = {}, as = ann): Promise<Answer> =>
  api.call('POST', `/v1/recovery-policies${path}`, { token: as, body });
const read = async (id: string): Promise<Policy> =>
  (await api.call('GET', `/v1/recovery-policies/${id}`, { token: ann })).body as unknown as Policy;
const system = { label: 'fleet-{date}', keep: 1, makeDefault: false };
const request = { name: 'weekly', cron: '0 3 * * 0', timeZone: 'Europe/Berlin', filter: 'label.site=weekly', system };

async function made(over: object = {}): Promise<Policy> {
  const answer = await post('', { ...request, ...over });
  expect(answer.text).toContain('"enabled"');
  return answer.body as unknown as Policy;
}

/** The clock goes to what is due next, and both processes look until one has done it: the other, or its own sweep, may be at it. */
async function atNext(id: string): Promise<Policy> {
  const before = await read(id);
  clock.to(new Date(before.nextAt ?? ''));
  for (;;) {
    await Promise.all([api.running.sweep(), second.sweep()]);
    const after = await read(id);
    if (after.last !== null && after.last.occurrence !== before.last?.occurrence) return after;
  }
}

const rolloutOf = async ({ lastRolloutId }: Policy): Promise<Record<string, unknown>> =>
  (await api.call('GET', `/v1/rollouts/${String(lastRolloutId)}`, { token: ann })).body;
const endRollouts = () =>
  devices.owner.prisma.rollout.updateMany({ data: { status: 'finished', finishedAt: new Date() } });
const audited = async (id: string): Promise<string[]> => {
  const { body } = await api.call('GET', `/v1/audit?subjectId=${id}`, { token: ann });
  return (body['items'] as { action: string; actor: { name: string } }[])
    .map(({ action, actor }) => `${actor.name} ${action}`)
    .reverse();
};

describe('a recovery policy', () => {
  it('makes one rollout at its time, in the name of who made it, for the devices that need it', async () => {
    const [stale, fresh] = [await devices.aDevice('weekly'), await devices.aDevice('weekly')];
    for (const device of [stale, fresh]) await devices.says(device, runs(1, '5'));
    await devices.made(fresh, 'ours');
    await devices.says(fresh, runs(1, '5', 'ours'));
    const policy = await made();
    const after = await atNext(policy.id);
    expect(after).toMatchObject({ last: { outcome: 'started', reason: null }, author: 'ann' });
    expect(new Date(after.nextAt ?? '').getTime()).toBeGreaterThan(clock.now().getTime());
    expect(await rolloutOf(after)).toMatchObject({
      name: expect.stringMatching(/^weekly \d{4}-\d\d-\d\d/),
      createdBy: 'ann',
      targetCount: 2,
      plan: { devices: 2, change: 1, nothing: 1, blocked: 0 },
      does: { recoverySystem: { label: 'fleet-{date}', keep: 1, test: true, unlessFresh: true } },
    });
    expect(await audited(policy.id)).toEqual(['ann/spec recovery-policy.create', 'weekly recovery-policy.run']);
    expect(await devices.owner.prisma.rollout.count()).toBe(1);
    expect((await atNext(policy.id)).last).toEqual({
      occurrence: expect.any(String),
      outcome: 'skipped',
      reason: expect.stringMatching(/^rollout "weekly .*" is still running$/),
    });
  });

  it('makes none while every device is fresh, and says so', async () => {
    await endRollouts();
    const device = await devices.aDevice('fresh');
    await devices.says(device, runs(1, '5'));
    await devices.made(device, 'ours');
    await devices.says(device, runs(1, '5', 'ours'));
    const policy = await made({ name: 'fresh', filter: 'label.site=fresh' });
    expect((await atNext(policy.id)).last).toMatchObject({
      outcome: 'nothing',
      reason: expect.stringContaining('would change none of 1 devices: 1 are there already'),
    });
    await devices.says(device, runs(2, '6', 'ours'));
    expect((await atNext(policy.id)).last?.outcome).toBe('started');
  });

  it('keeps its name when another one has the new one, and takes one that is free', async () => {
    await devices.says(await devices.aDevice('names'), runs(1, '5'));
    const filter = 'label.site=names';
    const [{ id }] = [await made({ name: 'mine', filter }), await made({ name: 'taken', filter })];
    const rename = (name: string): Promise<Answer> =>
      api.call('PATCH', `/v1/recovery-policies/${id}`, { token: ben, body: { name } });
    const detail = 'cannot change recovery policy: another one is called "taken"';
    expect(await rename('taken')).toMatchObject({ status: 409, body: { detail } });
    expect(await read(id)).toMatchObject({ name: 'mine', author: 'ann' });
    expect((await rename('free')).body).toMatchObject({ name: 'free', author: 'ben' });
    expect((await rename('free')).status).toBe(200);
  });

  it('shows what it would do, does it when asked to, and is changed, switched off and removed', async () => {
    await endRollouts();
    await devices.says(await devices.aDevice('acts'), runs(1, '5'));
    const { id } = await made({ name: 'acts', filter: 'label.site=acts' });
    expect((await post('', { ...request, name: 'acts' })).status).toBe(409);
    const preview = await api.call('GET', `/v1/recovery-policies/${id}/preview`, { token: ben });
    expect(preview.body).toMatchObject({
      summary: { change: 1 },
      devices: [{ steps: [{ operation: 'create-recovery-system' }] }],
    });
    const patch = { token: ben, body: { system: { ...system, label: 'r{sequence}', validationSets: ['acme/base'] } } };
    const changed = await api.call('PATCH', `/v1/recovery-policies/${id}`, patch);
    expect(changed.body).toMatchObject({ author: 'ben', system: { validationSets: ['acme/base'] } });
    const ran = await post(`/${id}/run`, { remark: 'before the fair' }, ben);
    expect(ran.body).toMatchObject({ last: { outcome: 'started', reason: 'asked for by ben/spec' } });
    expect(await rolloutOf(await read(id))).toMatchObject({
      does: { recoverySystem: { validationSets: ['acme/base=2'] } },
    });
    expect((await post(`/${id}/run`)).status).toBe(409);
    expect((await post(`/${id}/disable`)).body).toMatchObject({ enabled: false, nextAt: null });
    expect((await post(`/${id}/enable`)).body).toMatchObject({ enabled: true, nextAt: expect.any(String) });
    const removed = await api.call('DELETE', `/v1/recovery-policies/${id}`, { token: ann });
    expect([removed.status, (await api.call('GET', `/v1/recovery-policies/${id}`, { token: ann })).status]).toEqual([
      204, 404,
    ]);
    expect(await audited(id)).toEqual([
      ...['ann/spec recovery-policy.create', 'ben/spec recovery-policy.update', 'ben/spec recovery-policy.run'],
      ...['ann/spec recovery-policy.disable', 'ann/spec recovery-policy.enable', 'ann/spec recovery-policy.remove'],
    ]);
  });

  it('makes one rollout of an occurrence, whoever died on the way to saying so', async () => {
    await endRollouts();
    await devices.says(await devices.aDevice('dying'), runs(1, '5'));
    const { id } = await made({ name: 'dying', filter: 'label.site=dying' });
    const { lastRolloutId } = await atNext(id);
    const { lastAt } = await devices.owner.prisma.recoveryPolicy.findUniqueOrThrow({ where: { id } });
    const before = await devices.owner.prisma.rollout.count();
    // As the row is when the process dies between the rollout's commit and its own.
    const dead = { startingAt: lastAt, lastAt: null, lastOutcome: null, lastRolloutId: null };
    await devices.owner.prisma.recoveryPolicy.update({ where: { id }, data: dead });
    while ((await read(id)).last === null) await Promise.all([api.running.sweep(), second.sweep()]);
    expect(await read(id)).toMatchObject({ last: { outcome: 'started' }, lastRolloutId });
    expect(await devices.owner.prisma.rollout.count()).toBe(before);
  });

  it('acts for nobody who may not order any more', async () => {
    await endRollouts();
    await devices.says(await devices.aDevice('gone'), runs(1, '5'));
    const cem = await token('cem');
    const { id } = (await post('', { ...request, name: 'gone', filter: 'label.site=gone' }, cem))
      .body as never as Policy;
    await devices.owner.prisma.user.update({ where: { username: 'cem' }, data: { role: 'viewer' } });
    expect((await atNext(id)).last).toMatchObject({
      outcome: 'refused',
      reason: 'cem may not order rollouts any more',
    });
  });

  it.each<[object, string, RegExp]>([
    [{ cron: '0 3 31 2 *' }, 'cron', /never occurs/],
    [{ timeZone: 'Berlin' }, 'timeZone', /no time zone/],
    [{ filter: 'colour=red' }, 'filter', /colour/],
    [{ system: { ...system, label: 'Fleet' } }, 'system.label', /no label/],
    [{ system: { ...system, label: '{sequence}' } }, 'system.label', /no validation set/],
    [{ system: { ...system, validationSets: ['acme/other'] } }, 'system.validationSets.0', /not imported/],
    [{ system: { ...system, validationSets: ['acme/base=9'] } }, 'system.validationSets.0', /not imported/],
    [
      { system: { ...system, validationSets: ['acme/base=3'] } },
      'system.validationSets.0',
      /marked bad by ann: bricks/,
    ],
    [{ system: { ...system, keep: 0 } }, 'system.keep', /./],
    [{ rollout: { gate: { minSucceededPercent: 95 } } }, 'rollout.gate.minSucceededPercent', /contradict/],
    [{ rollout: { waves: [{ percent: 50 }] } }, 'rollout.waves', /add up to 50/],
  ])('is refused with %j: %s', async (over, field, message) => {
    await devices.says(await devices.aDevice('refused'), runs(1, '5'));
    const answer = await post('', { ...request, name: 'refused', filter: 'label.site=refused', ...over });
    expect(answer).toMatchObject({
      status: 400,
      body: { problems: [{ field, message: expect.stringMatching(message) }] },
    });
  });
});
