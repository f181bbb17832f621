import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi, type Answer } from '../testing/test-api';

let api: TestApi;
let operator: string;
let viewer: string;
const devices: string[] = [];

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  const admin = await api.session('root', 'admin');
  [operator, viewer] = [await api.session('omar', 'operator'), await api.session('vera', 'viewer')];
  await api.publishSigningKey();
  for (const [at, site] of ['berlin', 'berlin', 'bonn', undefined].entries()) {
    const wanted = { name: 'lab', labels: site === undefined ? {} : { site } };
    const { token } = (await api.call('POST', '/v1/enrolment-tokens', { token: admin, body: wanted })).body;
    const { deviceId } = (await api.enrol(String(token), `s${at}`, 'abcd'.charAt(at))).body;
    devices.push(String(deviceId));
  }
});

afterAll(() => api.stop());

const call = (method: string, path: string, body?: object, token = operator): Promise<Answer> =>
  api.call(method, path, { token, ...(body && { body }) });

const create = (body: object): Promise<Answer> => call('POST', '/v1/groups', body);
const idOf = (answer: Answer): string => String(answer.body['id']);

async function meant(filter: string): Promise<string[]> {
  const { body } = await call('GET', `/v1/devices?filter=${encodeURIComponent(filter)}`);
  return (body['items'] as { id: string }[]).map(({ id }) => id);
}

describe('groups', () => {
  it('are a list of devices, which grows and shrinks', async () => {
    const [first, second, third] = devices;
    const made = await create({ name: 'pilots', description: 'brave', deviceIds: [first], remark: 'to begin with' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'pilots', description: 'brave', filter: null, deviceCount: 1, createdBy: 'omar', version: 1 },
    });
    const path = `/v1/groups/${idOf(made)}`;
    expect((await call('POST', `${path}/add-devices`, { deviceIds: [first, second, third] })).body).toMatchObject({
      deviceCount: 3,
      version: 2,
    });
    await call('POST', `${path}/remove-devices`, { deviceIds: [third] });
    expect(await meant('group=pilots')).toEqual([first, second].sort());
    expect(await meant('not group=pilots')).toEqual(devices.slice(2).sort());
    expect((await call('GET', '/v1/groups?name=pilots')).body['items']).toMatchObject([{ deviceCount: 2 }]);
    const audited = (await call('GET', `/v1/audit?subjectId=${idOf(made)}`)).body;
    expect(audited['items']).toMatchObject([
      { action: 'group.remove-devices', details: { deviceIds: [third] } },
      { action: 'group.add-devices', actor: { name: 'omar' } },
      { action: 'group.create', remark: 'to begin with', details: { name: 'pilots', deviceIds: [first] } },
    ]);
    expect((await call('DELETE', path, { remark: 'over' })).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('GET', '/v1/devices?filter=group%3Dpilots')).body).toMatchObject({
      status: 400,
      code: 'bad-filter',
      position: 6,
      problems: [{ field: 'filter', message: 'unknown group "pilots"' }],
    });
  });

  it('are a filter, which changes, and name other groups', async () => {
    const berlin = await create({ name: 'berlin', filter: 'site=berlin' });
    expect(berlin.body).toMatchObject({ filter: 'site=berlin', deviceCount: null });
    const rhine = await create({ name: 'germany', filter: 'group=berlin or site=bonn' });
    expect(await meant('group=germany')).toEqual(devices.slice(0, 3).sort());
    const path = `/v1/groups/${idOf(berlin)}`;
    expect(await call('DELETE', path)).toMatchObject({
      status: 409,
      body: { detail: 'cannot remove group "berlin": group "germany" names it' },
    });
    expect((await call('PATCH', path, { filter: 'group=germany' })).body).toMatchObject({
      code: 'bad-filter',
      detail: 'cannot read filter: a group refers to itself (germany -> berlin -> germany) at position 6',
    });
    expect((await call('PATCH', path, { filter: 'not has site' })).body).toMatchObject({ version: 2 });
    expect(await meant('group=germany')).toEqual(devices.slice(2).sort());
    for (const id of [idOf(rhine), idOf(berlin)]) await call('DELETE', `/v1/groups/${id}`);
  });

  it('refuse what is wrong, before anything is written', async () => {
    const made = await create({ name: 'odd', filter: 'model=pc' });
    const listed = await create({ name: 'listed' });
    const [filtered, list] = [`/v1/groups/${idOf(made)}`, `/v1/groups/${idOf(listed)}`];
    const refusals: [Promise<Answer>, number, string][] = [
      [create({ name: 'odd' }), 409, 'cannot create group "odd": there is one of that name'],
      [create({ name: 'a b' }), 400, 'cannot'],
      [create({ name: 'x', filter: '', deviceIds: [] }), 400, 'cannot'],
      [create({ name: 'x', filter: 'modle=pc' }), 400, 'did you mean "model"?'],
      [create({ name: 'x', filter: 'group=x' }), 400, 'a group refers to itself (x -> x)'],
      [create({ name: 'x', deviceIds: [NOWHERE] }), 400, `cannot create group: there is no device ${NOWHERE}`],
      [call('POST', `${list}/add-devices`, { deviceIds: [NOWHERE] }), 400, `there is no device ${NOWHERE}`],
      [call('POST', `${filtered}/add-devices`, { deviceIds: devices }), 400, 'deviceIds are not those of a group'],
      [call('PATCH', list, { filter: 'model=pc' }), 400, 'filter is not one of a group that is a list'],
      [call('PATCH', `/v1/groups/${NOWHERE}`, {}), 404, 'cannot find group'],
      [call('POST', '/v1/groups', { name: 'x' }, viewer), 403, 'cannot'],
    ];
    for (const [answer, status, detail] of refusals) {
      expect(await answer).toMatchObject({ status, body: { detail: expect.stringContaining(detail) as string } });
    }
    expect((await call('GET', '/v1/groups')).body['items']).toMatchObject([
      { name: 'odd', version: 1 },
      { name: 'listed', deviceCount: 0, version: 1 },
    ]);
    await Promise.all([filtered, list].map((path) => call('DELETE', path)));
  });

  it('stay while a rollout that is not over names them', async () => {
    const made = [await create({ name: 'first', filter: 'site=berlin' }), await create({ name: 'rest', filter: '' })];
    const parameters = { snaps: ['core22'] };
    const asked = { name: 'Base', does: { steps: [{ operation: 'refresh', parameters }] }, filter: 'group=rest' };
    const wrong = { ...asked, waves: [{ filter: 'group=frist' }, { filter: 'group=rest' }] };
    expect((await call('POST', '/v1/rollouts', wrong)).body).toMatchObject({
      detail: 'cannot read waves.0.filter: unknown group "frist" (did you mean "first"?) at position 6',
      problems: [{ field: 'waves.0.filter' }],
    });
    const rollout = await call('POST', '/v1/rollouts', {
      ...asked,
      waves: [{ filter: 'group=first' }, { filter: 'group=rest' }],
    });
    expect(rollout.body).toMatchObject({ waves: [{ size: 2 }, { size: 2 }] });
    const remove = async () => Promise.all(made.map((group) => call('DELETE', `/v1/groups/${idOf(group)}`)));
    for (const answer of await remove()) {
      const detail = expect.stringMatching(/^cannot remove group "(first|rest)": rollout "Base" names it$/) as string;
      expect(answer).toMatchObject({ status: 409, body: { detail } });
    }
    expect((await call('POST', `/v1/rollouts/${idOf(rollout)}/stop`)).status).toBe(200);
    expect((await remove()).map(({ status }) => status)).toEqual([204, 204]);
  });

  it('stay while a schedule names them', async () => {
    const path = `/v1/groups/${idOf(await create({ name: 'nightly', filter: 'site=bonn' }))}`;
    const does = { steps: [{ operation: 'refresh', parameters: { snaps: ['core22'] } }] };
    const rollout = { name: 'Night', does, waves: [{ filter: 'group=nightly' }, { percent: 100 }] };
    const schedule = await call('POST', '/v1/schedules', { name: 'night', cron: '0 3 * * *', rollout });
    expect(await call('DELETE', path)).toMatchObject({
      status: 409,
      body: { detail: 'cannot remove group "nightly": schedule "night" names it' },
    });
    expect((await call('DELETE', `/v1/schedules/${idOf(schedule)}`)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(204);
  });

  it('stay while a recovery policy names them', async () => {
    const path = `/v1/groups/${idOf(await create({ name: 'weekly', filter: 'site=bonn' }))}`;
    const policy = { name: 'w', cron: '0 3 * * 0', filter: 'group=weekly', system: { label: 'fleet-{date}' } };
    const kept = await call('POST', '/v1/recovery-policies', policy);
    expect(await call('DELETE', path)).toMatchObject({
      status: 409,
      body: { detail: 'cannot remove group "weekly": recovery policy "w" names it' },
    });
    const wrong = { ...policy, name: 'x', rollout: { waves: [{ filter: 'group=weakly' }] } };
    expect((await call('POST', '/v1/recovery-policies', wrong)).body).toMatchObject({
      problems: [{ field: 'rollout.waves.0.filter', message: 'unknown group "weakly" (did you mean "weekly"?)' }],
    });
    expect((await call('DELETE', `/v1/recovery-policies/${idOf(kept)}`)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(204);
  });

  it('never refer to themselves, however many change them at once', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const made = await Promise.all(names.map((name) => create({ name, filter: 'model=pc' })));
    const changes = made.map((group, at) =>
      call('PATCH', `/v1/groups/${idOf(group)}`, { filter: `group=${names[(at + 1) % names.length] ?? ''}` }),
    );
    const statuses = (await Promise.all(changes)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 200, 400]);
    for (const name of names) await expect(meant(`group=${name}`)).resolves.toEqual(expect.any(Array));
  });
});

describe('a preview', () => {
  it('counts whom a filter means, and names the first', async () => {
    const { body } = await call('POST', '/v1/devices/preview', { filter: 'not site=bonn', limit: 2 }, viewer);
    const [, , , last] = devices;
    expect(body).toMatchObject({
      ...{ count: 3, enrolled: 3, online: 0 },
      sites: [
        { site: 'berlin', count: 2 },
        { site: null, count: 1 },
      ],
      deviceIds: devices.slice(0, 2).sort(),
    });
    expect(body['models']).toEqual([expect.objectContaining({ count: 3 })]);
    const rest = `/v1/devices?filter=${encodeURIComponent('not site=bonn')}&cursor=${String(body['next'])}`;
    expect((await call('GET', rest)).body['items']).toMatchObject([{ id: last }]);
  });

  it('of nobody is empty', async () => {
    expect((await call('POST', '/v1/devices/preview', { filter: 'model=none' })).body).toEqual({
      ...{ count: 0, enrolled: 0, online: 0 },
      ...{ models: [], sites: [], deviceIds: [] },
    });
  });
});
