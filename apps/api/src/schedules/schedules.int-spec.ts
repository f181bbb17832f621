import { randomUUID } from 'node:crypto';
import type { Problem, ScheduleView } from '@corefleet/contracts/http';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import type { RunningApi } from '../start-api';
import { TestApi, type Answer } from '../testing/test-api';

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

const HOUR_MS = 3_600_000;
const clock = new TestClock();
let api: TestApi;
let second: RunningApi;
let owner: Database;
let ann: string;
let ben: string;
let viewer: string;

beforeAll(async () => {
  // Nobody sweeps but this file: who finds a row that another is at does nothing, and does not wait for it.
  api = await TestApi.start(await createTestDatabase(), testRedis(), { COREFLEET_SWEEP_MS: HOUR_MS }, clock);
  second = await api.startAnother();
  owner = new Database({ url: api.files.url(), connections: 1, onIdleError: () => undefined });
  await enrolDevice();
  [ann, ben, viewer] = [await token('ann', 'operator'), await token('ben', 'operator'), await token('vera', 'viewer')];
});

afterAll(async () => {
  await owner.close();
  await second.close();
  await api.stop();
});

afterEach(async () => {
  await owner.prisma.schedule.deleteMany();
  await endRollouts();
});

/** Good for as long as the clock may run ahead. */
async function token(name: string, role: 'viewer' | 'operator'): Promise<string> {
  const session = await api.session(name, role);
  const body = { name: 'spec', expiresInSeconds: 300 * 86_400 };
  return String((await api.call('POST', '/v1/tokens', { token: session, body })).body['token']);
}

async function enrolDevice(): Promise<void> {
  const [id, enrolmentId] = [randomUUID(), randomUUID()];
  const device = { id, brandId: 'acme', model: 'pc', serial: 's1', labels: { site: 'berlin' }, enrolmentId };
  await owner.prisma.device.create({ data: device });
  const enrolment = { id: enrolmentId, deviceId: id, publicKey: 'k', status: 'active', tokenId: randomUUID() };
  await owner.prisma.enrolment.create({ data: { ...enrolment, createdAt: new Date() } });
}

const endRollouts = () =>
  owner.prisma.rollout.updateMany({
    data: { status: 'finished', finishedAt: new Date() },
    where: { finishedAt: null },
  });

const rollout = {
  name: 'Nightly',
  does: { steps: [{ operation: 'refresh', parameters: { snaps: ['core22'] } }] },
  waves: [{ percent: 100 }],
};
const request = { name: 'hourly', cron: '0 * * * *', rollout };

const post = (path: string, body: object = {}, as = ann, headers = {}): Promise<Answer> =>
  api.call('POST', `/v1/schedules${path}`, { token: as, body, headers });
const made = async (over: object = {}): Promise<ScheduleView> => {
  const answer = await post('', { ...request, ...over });
  expect(answer.status).toBe(201);
  return answer.body as unknown as ScheduleView;
};
const read = async (id: string): Promise<ScheduleView> =>
  (await api.call('GET', `/v1/schedules/${id}`, { token: viewer })).body as unknown as ScheduleView;
const rollouts = () => owner.prisma.rollout.findMany({ orderBy: { createdAt: 'asc' } });
const rolloutsSince = async (before: readonly { id: string }[]) => {
  const known = new Set(before.map(({ id }) => id));
  return (await rollouts()).filter(({ id }) => !known.has(id));
};
const audited = async (id: string): Promise<string[]> => {
  const { body } = await api.call('GET', `/v1/audit?subjectId=${id}`, { token: viewer });
  return (body['items'] as { action: string }[]).map(({ action }) => action).reverse();
};
/** The clock goes to what is due next, or so much further. @returns when that is due */
async function toNext(id: string, furtherMs = 0): Promise<Date> {
  const due = new Date((await read(id)).nextAt ?? '');
  clock.to(new Date(due.getTime() + furtherMs));
  return due;
}
/** As several copies of the API do at the same time. */
const sweep = async (): Promise<void> => {
  await Promise.all([api.running.sweep(), second.sweep(), api.running.sweep()]);
};

describe('a schedule that can not work', () => {
  it.each<[string, object, string, RegExp]>([
    ['a cron that does not exist', { cron: '0 25 * * *' }, 'cron', /expected range 0-23/],
    ['a cron that never occurs', { cron: '0 0 31 2 *' }, 'cron', /never occurs/],
    ['a time zone that does not exist', { timeZone: 'Europe/Atlantis' }, 'timeZone', /no time zone/],
    ['a jitter beyond a day', { jitterSeconds: 100_000 }, 'jitterSeconds', /./],
    ['a rollout for nobody', { rollout: { ...rollout, filter: 'serial=no' } }, 'rollout.filter', /no enrolled device/],
    ['waves that do not add up', { rollout: { ...rollout, waves: [{ percent: 5 }] } }, 'rollout.waves', /5 %/],
    ['a time to start at', { rollout: { ...rollout, startAt: '2030-01-01T00:00:00.000Z' } }, 'rollout', /startAt/],
  ])('is refused before anything is written: %s', async (_, over, field, message) => {
    const { status, body } = await post('', { ...request, ...over });
    expect(status).toBe(400);
    const [problem] = (body as Problem).problems ?? [];
    expect(problem).toMatchObject({ field, message: expect.stringMatching(message) as unknown });
    expect(await owner.prisma.schedule.count()).toBe(0);
  });

  it('is refused when another one has the name, or to who only looks', async () => {
    await made();
    const detail = expect.stringContaining('another one is called "hourly"') as unknown;
    expect(await post('', request)).toMatchObject({ status: 409, body: { detail } });
    expect((await post('', { ...request, name: 'x' }, viewer)).status).toBe(403);
  });
});

describe('a schedule', () => {
  it('makes one rollout at each occurrence, however many look, in the name of who made it', async () => {
    const before = await rollouts();
    const { id } = await made({ timeZone: 'Asia/Kathmandu' });
    await sweep();
    expect(await rolloutsSince(before)).toEqual([]);
    const occurrence = await toNext(id);
    await sweep();
    const [rollout, ...others] = await rolloutsSince(before);
    expect(others).toEqual([]);
    const name = expect.stringMatching(/^Nightly \d{4}-\d\d-\d\d \d\d:00$/) as unknown;
    expect(rollout).toMatchObject({ createdBy: 'ann', name });
    expect(occurrence.getUTCMinutes()).toBe(15);
    const last = { occurrence: occurrence.toISOString(), outcome: 'started', reason: null };
    expect(await read(id)).toMatchObject({ lastRolloutId: rollout?.id, last });
    expect(await audited(id)).toEqual(['schedule.create', 'schedule.run']);
    await endRollouts();
    await toNext(id);
    await sweep();
    expect(await rolloutsSince(before)).toHaveLength(2);
  });

  it('leaves an occurrence out while the rollout before is not over, and says why', async () => {
    const { id } = await made();
    await toNext(id);
    await sweep();
    const first = await read(id);
    await toNext(id);
    await sweep();
    const reason = expect.stringMatching(/^rollout "Nightly .*" is still running$/) as unknown;
    expect(await read(id)).toMatchObject({ last: { outcome: 'skipped', reason }, lastRolloutId: first.lastRolloutId });
    expect(await audited(id)).toEqual(['schedule.create', 'schedule.run', 'schedule.skip']);
  });

  it('puts an occurrence off where it is told to queue', async () => {
    const before = await rollouts();
    const { id } = await made({ ifRunning: 'queue' });
    await toNext(id);
    await sweep();
    const occurrence = await toNext(id);
    await sweep();
    await sweep();
    expect(await read(id)).toMatchObject({ reason: expect.stringContaining('is still running') as unknown });
    expect(await rolloutsSince(before)).toHaveLength(1);
    await endRollouts();
    await sweep();
    expect(await read(id)).toMatchObject({ reason: null, last: { occurrence: occurrence.toISOString() } });
    expect(await rolloutsSince(before)).toHaveLength(2);
    expect(await audited(id)).toEqual(['schedule.create', 'schedule.run', 'schedule.wait', 'schedule.run']);
  });

  it('runs once for all that was missed, for the latest, and says so', async () => {
    const before = await rollouts();
    const { id } = await made();
    const first = await toNext(id, 5 * HOUR_MS + 60_000);
    await sweep();
    expect(await rolloutsSince(before)).toHaveLength(1);
    const occurrence = new Date(first.getTime() + 5 * HOUR_MS).toISOString();
    expect((await read(id)).last).toEqual({
      occurrence,
      outcome: 'started',
      reason: '5 occurrences before it were missed',
    });
  });

  it('makes no second rollout when the process died between the two steps', async () => {
    const before = await rollouts();
    const { id } = await made();
    const startingAt = await toNext(id);
    await sweep();
    const died = { startingAt, lastRolloutId: null, lastAt: null, lastOutcome: null };
    await owner.prisma.schedule.update({ where: { id }, data: died });
    expect(await post(`/${id}/enable`)).toMatchObject({ status: 409 });
    await sweep();
    const [rollout, ...others] = await rolloutsSince(before);
    expect(others).toEqual([]);
    expect(await read(id)).toMatchObject({ lastRolloutId: rollout?.id, last: { outcome: 'started' } });
  });

  it('makes the rollout of an occurrence that was only marked when the process died, with Redis emptied besides', async () => {
    const before = await rollouts();
    const { id } = await made();
    const startingAt = await toNext(id);
    const nextAt = new Date(startingAt.getTime() + HOUR_MS);
    await owner.prisma.schedule.update({ where: { id }, data: { startingAt, occurrenceAt: nextAt, nextAt } });
    await api.stores.cleanup();
    await sweep();
    await sweep();
    expect(await rolloutsSince(before)).toHaveLength(1);
    const last = { occurrence: startingAt.toISOString(), outcome: 'started', reason: null };
    expect(await read(id)).toMatchObject({ last, nextAt: nextAt.toISOString() });
  });

  it('does nothing while it is disabled, and nothing for the time it was', async () => {
    const before = await rollouts();
    const { id } = await made({ enabled: false });
    expect((await post(`/${id}/enable`)).body).toMatchObject({ enabled: true, nextAt: expect.any(String) as unknown });
    const missed = await toNext(id, -1000);
    expect((await post(`/${id}/disable`, { remark: 'holidays' })).body).toMatchObject({ enabled: false, nextAt: null });
    clock.to(new Date(missed.getTime() + 3 * HOUR_MS));
    await sweep();
    const { nextAt } = (await post(`/${id}/enable`)).body;
    expect(Date.parse(String(nextAt))).toBeGreaterThan(clock.now().getTime());
    await post(`/${id}/enable`);
    await sweep();
    expect(await rolloutsSince(before)).toEqual([]);
    expect(await audited(id)).toEqual([
      ...['schedule.create', 'schedule.enable', 'schedule.disable', 'schedule.enable'],
    ]);
  });

  it('acts by what it was changed to, in the name of who changed it', async () => {
    const before = await rollouts();
    const { id } = await made();
    const patch = (body: object): Promise<Answer> => api.call('PATCH', `/v1/schedules/${id}`, { token: ben, body });
    expect(await patch({ cron: '0 0 30 2 *' })).toMatchObject({ status: 400, body: { problems: [{ field: 'cron' }] } });
    const changed = await patch({ cron: '30 * * * *', rollout: { ...rollout, name: 'Later' } });
    expect(changed.body).toMatchObject({ author: 'ben', cron: '30 * * * *', nextAt: expect.stringContaining(':30:') });
    await toNext(id);
    await sweep();
    expect(await rolloutsSince(before)).toMatchObject([{ createdBy: 'ben', name: expect.stringMatching(/^Later /) }]);
  });

  it('makes no rollout that would be refused, keeps the reason and goes on', async () => {
    const before = await rollouts();
    const { id } = await made({ rollout: { ...rollout, filter: 'label.site=berlin' } });
    await owner.prisma.device.updateMany({ data: { labels: {} } });
    await toNext(id);
    await sweep();
    const reason = expect.stringContaining('no enrolled device matches') as unknown;
    expect(await read(id)).toMatchObject({ enabled: true, last: { outcome: 'refused', reason } });
    await owner.prisma.device.updateMany({ data: { labels: { site: 'berlin' } } });
    await toNext(id);
    await sweep();
    expect(await rolloutsSince(before)).toHaveLength(1);
  });

  it('is taken when no device would change as they are now: later they may be others', async () => {
    const { enrolmentId = '' } = (await owner.prisma.device.findFirst({ select: { enrolmentId: true } })) ?? {};
    const fact = { enrolmentId: String(enrolmentId), name: 'systems', digest: 'd', journalEpoch: 1, number: 1n };
    await owner.prisma.deviceFact.create({ data: { ...fact, value: [], receivedAt: new Date() } });
    const steps = [{ operation: 'boot-system', parameters: { mode: 'recover' } }];
    const { id } = await made({ rollout: { ...rollout, does: { steps } } });
    await toNext(id);
    await sweep();
    await owner.prisma.deviceFact.deleteMany();
    const reason = expect.stringContaining('would change none of 1 devices: 1 are blocked') as unknown;
    expect(await read(id)).toMatchObject({ enabled: true, last: { outcome: 'refused', reason }, lastRolloutId: null });
  });

  it('makes none in the name of somebody who may not any more', async () => {
    const before = await rollouts();
    const { id } = await made();
    await owner.prisma.user.update({ where: { username: 'ann' }, data: { disabledAt: new Date() } });
    await toNext(id);
    await sweep();
    await owner.prisma.user.update({ where: { username: 'ann' }, data: { disabledAt: null } });
    const last = { outcome: 'refused', reason: 'ann may not order rollouts any more' };
    expect(await read(id)).toMatchObject({ last, lastRolloutId: null });
    expect(await rolloutsSince(before)).toEqual([]);
  });

  it('runs when it is asked to, once for a key, in the name of who asks, and not beside another', async () => {
    const before = await rollouts();
    const { id, nextAt } = await made();
    const key = { 'idempotency-key': 'once' };
    expect((await post(`/${id}/run`, { remark: 'urgent' }, ben, key)).body).toMatchObject({ nextAt });
    const [rollout] = await rolloutsSince(before);
    expect(rollout).toMatchObject({ createdBy: expect.stringContaining('ben') as unknown });
    const refused = await post(`/${id}/run`, {}, ann);
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('is still running') } });
    await endRollouts();
    await post(`/${id}/run`, { remark: 'urgent' }, ben, key);
    expect(await rolloutsSince(before)).toHaveLength(1);
  });

  it('shows when it is due, with its jitter, on a day on which clocks are changed too', async () => {
    const { id } = await made({ cron: '30 2 * * *', timeZone: 'Europe/Berlin', jitterSeconds: 600 });
    const { body } = await api.call('GET', `/v1/schedules/${id}/occurrences?count=3`, { token: viewer });
    const items = body['items'] as { occurrence: string; dueAt: string }[];
    expect(items).toHaveLength(3);
    expect((await read(id)).nextAt).toBe(items[0]?.dueAt);
    for (const { occurrence, dueAt } of items) {
      const putOffMs = Date.parse(dueAt) - Date.parse(occurrence);
      expect(putOffMs).toBeGreaterThanOrEqual(0);
      expect(putOffMs).toBeLessThanOrEqual(600_000);
    }
  });

  it('is gone when it was removed, and its rollouts stay', async () => {
    const before = await rollouts();
    const { id } = await made();
    await toNext(id);
    await sweep();
    expect((await api.call('DELETE', `/v1/schedules/${id}`, { token: ann })).status).toBe(204);
    expect((await api.call('GET', `/v1/schedules/${id}`, { token: viewer })).status).toBe(404);
    await sweep();
    expect(await rolloutsSince(before)).toHaveLength(1);
  });
});
