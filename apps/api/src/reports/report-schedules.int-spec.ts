import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ReportScheduleView } from '@corefleet/contracts/http';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi, type Answer } from '../testing/test-api';

const HOUR_MS = 3_600_000;

let api: TestApi;
let owner: Database;
let viewer: string;
let operator: string;
let admin: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis(), { COREFLEET_SWEEP_MS: HOUR_MS });
  owner = new Database({ url: api.files.url(), connections: 1, onIdleError: () => undefined });
  [viewer, operator] = [await api.session('vic', 'viewer'), await api.session('omar', 'operator')];
  admin = await api.session('ann', 'admin');
});

afterAll(async () => {
  await owner.close();
  await api.stop();
});

const ROUTE = '/v1/report-schedules';
const nightly = (name: string, but: object = {}) => ({
  ...{ name, cron: '0 3 * * *', format: 'csv', report: { kind: 'snap-exposure', parameters: { snap: 'app' } } },
  ...but,
});
const call = (method: string, path: string, body?: object, token = operator): Promise<Answer> =>
  api.call(method, `${ROUTE}${path}`, { token, ...(body && { body }) });

async function create(name: string, but: object = {}, token = operator): Promise<ReportScheduleView> {
  const { status, body, text } = await call('POST', '', nightly(name, but), token);
  expect([status, status === 201 ? '' : text]).toEqual([201, '']);
  return body as unknown as ReportScheduleView;
}

interface Run {
  readonly content: string;
  readonly occurrence: string;
  readonly sha256: string;
}

const runsOf = async (id: string): Promise<Run[]> => (await call('GET', `/${id}/runs`)).body['items'] as Run[];

/** As if its next occurrence had been then. */
async function isDue(id: string, at: Date): Promise<void> {
  await owner.prisma.reportSchedule.update({ where: { id }, data: { occurrenceAt: at, nextAt: at } });
}

const kept = (): number =>
  readdirSync(api.artifacts, { recursive: true, encoding: 'utf8' }).filter((name) => /[0-9a-f]{64}$/.test(name)).length;

describe('a report schedule', () => {
  it('makes a report at an occurrence, once, in the name of its author', async () => {
    const { id } = await create('Nightly');
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
    await isDue(id, at);
    const second = await api.startAnother();
    await Promise.all([api.running.sweep(), second.sweep()]);
    await api.running.sweep();
    await second.close();
    const [run, ...others] = await runsOf(id);
    expect(others).toEqual([]);
    expect(run?.occurrence).toBe(at.toISOString());
    const content = await api.call('GET', run?.content ?? '', { token: viewer });
    expect(content.headers.get('content-type')).toContain('text/csv');
    expect(content.text).toMatch(/^serial,brandId,model,/);
    const { body } = await call('GET', `/${id}`);
    expect(body).toMatchObject({ author: 'omar', last: { occurrence: at.toISOString(), outcome: 'started' } });
    const entries = await owner.prisma.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: 'asc' } });
    expect(entries.map(({ action, actorName }) => [action, actorName])).toEqual([
      ['report-schedule.create', 'omar'],
      ['report-schedule.run', 'Nightly'],
    ]);
  });

  it('goes on with a report whose process died', async () => {
    const { id } = await create('Died');
    await owner.prisma.reportSchedule.update({ where: { id }, data: { startingAt: new Date(0) } });
    expect((await call('PATCH', `/${id}`, { keep: 3 })).status).toBe(409);
    await api.running.sweep();
    expect(await runsOf(id)).toHaveLength(1);
    expect((await call('PATCH', `/${id}`, { keep: 3 })).body).toMatchObject({ keep: 3 });
  });

  it('that cannot be made is tried again later, and can be disabled and removed meanwhile', async () => {
    const { id } = await create('Faulty');
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
    await isDue(id, at);
    const away = `${api.artifacts}-away`;
    renameSync(api.artifacts, away);
    writeFileSync(api.artifacts, 'no directory');
    await expect(api.running.sweep()).rejects.toThrow('1 things');
    await api.running.sweep(); // too early
    rmSync(api.artifacts);
    renameSync(away, api.artifacts);
    expect((await call('PATCH', `/${id}`, { keep: 3 })).status).toBe(409);
    const disabled = await call('POST', `/${id}/disable`, {});
    expect([disabled.status, disabled.body]).toMatchObject([
      200,
      { enabled: false, last: { occurrence: at.toISOString(), outcome: 'skipped' } },
    ]);
    await owner.prisma.reportSchedule.update({ where: { id }, data: { startingAt: at } });
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
  });

  it('keeps the newest, and none when it is removed', async () => {
    const before = kept();
    const { id } = await create('Kept', { keep: 2, format: 'html' });
    for (let round = 0; round < 3; round += 1) expect((await call('POST', `/${id}/run`, {})).status).toBe(200);
    const runs = await runsOf(id);
    expect([runs.length, kept() - before]).toEqual([2, 2]);
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
    expect(kept() - before).toBe(0);
    expect((await call('GET', `/${id}`)).status).toBe(404);
  });

  it('is refused in the name of somebody who may not any more', async () => {
    const gone = await api.session('gone', 'operator');
    const { id } = await create('Orphan', {}, gone);
    await owner.prisma.user.update({ where: { username: 'gone' }, data: { disabledAt: new Date() } });
    await isDue(id, new Date(Date.now() - 60_000));
    await api.running.sweep();
    const reason = 'gone may not order reports any more';
    expect((await call('GET', `/${id}`)).body).toMatchObject({ last: { outcome: 'refused', reason } });
    await owner.prisma.reportSchedule.update({ where: { id }, data: { startingAt: new Date(0), lastReason: null } });
    await api.running.sweep();
    expect((await call('GET', `/${id}`)).body).toMatchObject({ last: { outcome: 'refused', reason } });
    expect(await runsOf(id)).toEqual([]);
  });

  it('of access is for admins, and so are its reports', async () => {
    const access = { report: { kind: 'access' } };
    expect((await call('POST', '', nightly('Access', access))).status).toBe(403);
    const { id } = await create('Access', access, admin);
    expect((await call('POST', `/${id}/run`, {})).status).toBe(403);
    expect((await call('POST', `/${id}/run`, {}, admin)).status).toBe(200);
    const [run] = await runsOf(id);
    expect((await api.call('GET', run?.content ?? '', { token: viewer })).status).toBe(403);
    expect((await api.call('GET', run?.content ?? '', { token: admin })).text).toContain('ann,admin,person');
  });

  it('of access is switched and removed by admins alone', async () => {
    const { id } = await create('Of admins', { report: { kind: 'access' } }, admin);
    expect((await call('POST', `/${id}/run`, {}, admin)).status).toBe(200);
    for (const act of ['disable', 'enable']) {
      expect((await call('POST', `/${id}/${act}`, {})).status).toBe(403);
      expect((await call('POST', `/${id}/${act}`, {}, admin)).status).toBe(200);
    }
    expect((await call('DELETE', `/${id}`)).status).toBe(403);
    expect(await runsOf(id)).toHaveLength(1);
    expect((await call('DELETE', `/${id}`, undefined, admin)).status).toBe(204);
  });

  it('that cannot be removed yet keeps its reports', async () => {
    const { id } = await create('Busy', { format: 'html' });
    expect((await call('POST', `/${id}/run`, {})).status).toBe(200);
    const before = kept();
    await owner.prisma.reportSchedule.update({ where: { id }, data: { startingAt: new Date(0) } });
    await owner.transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM report_schedules WHERE id = ${id}::uuid FOR NO KEY UPDATE`; // as its maker
      expect((await call('DELETE', `/${id}`)).status).toBe(409);
    });
    expect([(await runsOf(id)).length, kept()]).toEqual([1, before]);
    await api.running.sweep();
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
    expect(kept()).toBe(before - 1);
  });

  it.each<[string, object, number, RegExp]>([
    ['a cron that never occurs', { cron: '0 0 31 2 *' }, 400, /cron/],
    ['a zone that does not exist', { timeZone: 'Mars/Base' }, 400, /timeZone/],
    ['a report that there is none of', { report: { kind: 'weather', parameters: {} } }, 400, /report\.kind/],
    ['a moment', { report: { kind: 'compliance', parameters: { set: 'a/b', asOf: '2026-01-01' } } }, 400, /asOf/],
    ['a set that nobody has', { report: { kind: 'compliance', parameters: { set: 'acme/none' } } }, 404, /acme\/none/],
    ['a rollout that is not there', { report: { kind: 'rollout', parameters: { rollout: NOWHERE } } }, 404, /rollout/],
    ['a filter', { report: { kind: 'recovery-freshness', parameters: { filter: 'modle=1' } } }, 400, /modle/],
    ['keeping nothing', { keep: 0 }, 400, /keep/],
  ])('is refused for %s', async (_, but, status, message) => {
    const answer = await call('POST', '', nightly('Bad', but));
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(message)]);
  });
});
