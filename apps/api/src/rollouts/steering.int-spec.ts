import { RolloutsStand } from '../testing/rollouts-stand';

let stand: RolloutsStand;
let deviceIds: string[];

beforeAll(async () => {
  stand = await RolloutsStand.open();
  deviceIds = [];
  for (let at = 0; at < 4; at += 1) deviceIds.push(await stand.enrol(`s${at}`, { site: 'berlin' }));
});

afterAll(() => stand.close());

/** What the reconciler would write. */
async function state(
  id: unknown,
  serial: string,
  over: { state: string } & Partial<Record<string, unknown>>,
): Promise<void> {
  const at = deviceIds.indexOf(deviceIds[Number(serial.slice(1))]!);
  const where = { rolloutId_deviceId: { rolloutId: String(id), deviceId: deviceIds[at]! } };
  await stand.owner.prisma.rolloutTarget.update({ where, data: { attempt: 1, ...over } });
}

const wave = (id: unknown, number: number, data: object) =>
  stand.owner.prisma.wave.update({ where: { rolloutId_number: { rolloutId: String(id), number } }, data });

const actions = async (id: unknown): Promise<unknown[]> =>
  (await stand.audited(id)).map(({ action }) => action).reverse();

describe('a rollout that some devices cannot do', () => {
  it('leaves them out, says why, and divides the others among its waves', async () => {
    const old = await stand.enrol('old', { site: 'museum' }, { 'system-info': { version: '2.55', series: '16' } });
    const does = { steps: [{ operation: 'create-recovery-system', parameters: { label: '1234' } }] };
    const { body } = await stand.create({ does, waves: [{ count: 1 }, { percent: 100 }] });
    const tooOld = 'cannot create-recovery-system with snapd 2.55: it takes snapd 2.62 or newer';
    expect(body).toMatchObject({
      targetCount: 5,
      plan: { devices: 5, change: 4, blocked: 1, nothing: 0 },
      waves: [
        { number: 0, size: 1, status: 'passed', counts: { skipped: 1 } },
        { number: 1, size: 1, status: 'pending', counts: { pending: 1 } },
        { number: 2, size: 3, counts: { pending: 3 } },
      ],
    });
    expect(body['plan']).toMatchObject({
      causes: expect.arrayContaining([{ verdict: 'blocked', cause: 'snapd-too-old', message: tooOld, devices: 1 }]),
    });
    expect(await stand.rollout(body['id'], '/targets?wave=0')).toMatchObject({
      items: [{ deviceId: old, status: 'skipped', cause: 'blocked:snapd-too-old', message: tooOld, site: 'museum' }],
    });
    expect((await stand.rollout(body['id'], '/targets?status=pending'))['items']).toHaveLength(4);
    expect((await stand.rollout(body['id'], '/targets?cause=blocked:snapd-too-old'))['items']).toHaveLength(1);
    const refused = await stand.create({ does, filter: 'serial=old' });
    expect(refused.body).toMatchObject({
      status: 400,
      problems: [
        { field: 'does.steps', message: `would change none of 1 devices: 1 are blocked: 1 snapd-too-old (${tooOld})` },
      ],
    });
    await stand.act(body['id'], 'stop');
    await stand.owner.prisma.device.update({ where: { id: old }, data: { enrolmentId: null } });
  });

  it.each([
    [{ filter: 'colour' }, 'filter'],
    [{ waves: [{ filter: 'site:' }, { percent: 100 }] }, 'waves.0.filter'],
  ])('names the field of a filter that cannot be read: %j', async (over, field) => {
    expect((await stand.create(over)).body).toMatchObject({ status: 400, problems: [{ field }] });
  });
});

describe('late joiners', () => {
  it('are added to the last wave that is not over, once, and audited', async () => {
    const { body } = await stand.create({
      ...{ filter: 'label.site=oslo or label.site=berlin', lateJoiners: true },
      waves: [{ count: 3 }, { percent: 100 }],
    });
    const { body: closed } = await stand.create({ filter: 'label.site=berlin' });
    const joined = [await stand.enrol('late1', { site: 'oslo' }), await stand.enrol('late2', { site: 'oslo' })];
    await stand.enrol('elsewhere', { site: 'paris' });
    stand.clock.forward(60);
    const other = await stand.api.startAnother();
    await Promise.all([stand.api.running.sweep(), other.sweep(), stand.api.running.sweep()]);
    await other.close();
    stand.clock.forward(60);
    await stand.api.running.sweep();
    expect(await stand.rollout(body['id'])).toMatchObject({
      targetCount: 6,
      plan: { devices: 6, change: 6 },
      waves: [
        { number: 1, size: 3 },
        { number: 2, size: 3, counts: { pending: 3 } },
      ],
    });
    const { items } = await stand.rollout(body['id'], '/targets?wave=2');
    expect((items as { deviceId: string }[]).map(({ deviceId }) => deviceId)).toEqual(expect.arrayContaining(joined));
    const [entry] = (await stand.audited(body['id'])).filter(({ action }) => action === 'rollout.join');
    expect(entry).toMatchObject({ actor: { kind: 'system' }, details: { wave: 2, devices: 2, leftOut: 0 } });
    expect(await actions(body['id'])).toEqual(['rollout.create', 'rollout.join']);
    expect(await stand.rollout(closed['id'])).toMatchObject({ targetCount: 4 });
    for (const { id } of [body, closed]) await stand.act(id, 'stop');
  });
});

describe('people', () => {
  it('go on in spite of failures, and past a wave in which only devices are left that are away', async () => {
    const { body } = await stand.create({ filter: 'label.site=berlin', waves: [{ count: 3 }, { percent: 100 }] });
    const { id } = body;
    await wave(id, 1, { status: 'running', startedAt: stand.clock.now(), counts: { failed: 2, away: 1 } });
    await stand.owner.prisma.rollout.update({ where: { id: String(id) }, data: { status: 'paused', reason: 'x' } });
    expect((await stand.act(id, 'continue', { remark: 'known' })).body).toMatchObject({
      status: 'running',
      reason: null,
      waves: [{ status: 'passed' }, { status: 'pending' }],
    });
    const [entry] = (await stand.audited(id)).filter(({ action }) => action === 'rollout.continue');
    expect(entry).toMatchObject({ remark: 'known', details: { acceptedFailures: 2, passedWave: 1 } });
    await stand.act(id, 'stop');
  });

  it.each([
    ['running', { status: 'soaking', counts: { succeeded: 4 } }, 'passed'],
    ['paused', { status: 'soaking', counts: { succeeded: 4 } }, 'soaking'],
    ['paused', { status: 'running', counts: { succeeded: 2, running: 2 } }, 'running'],
    ['running', { status: 'running', counts: { succeeded: 2, away: 2 } }, 'passed'],
  ])('continue a rollout that is %s with a wave %j: it is %s then', async (status, of, after) => {
    const { body } = await stand.create({ filter: 'label.site=berlin' });
    await wave(body['id'], 1, { startedAt: stand.clock.now(), ...of });
    await stand.owner.prisma.rollout.update({ where: { id: String(body['id']) }, data: { status } });
    const { body: gone } = await stand.act(body['id'], 'continue');
    expect(gone).toMatchObject({ status: 'running', waves: [{ status: after }] });
    await stand.act(body['id'], 'stop');
  });

  it('skip waves one by one, until none is left', async () => {
    const { body } = await stand.create({ filter: 'label.site=berlin', waves: [{ count: 1 }, { percent: 100 }] });
    await wave(body['id'], 1, { status: 'running' });
    const skip = () => stand.act(body['id'], 'skip-wave');
    expect((await skip()).body).toMatchObject({ waves: [{ status: 'skipped' }, { status: 'pending' }] });
    expect((await skip()).body).toMatchObject({ waves: [{ status: 'skipped' }, { status: 'skipped' }] });
    expect(await skip()).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('all its waves are over') },
    });
    await stand.act(body['id'], 'stop');
  });

  it('give devices that failed another attempt, and the history says so', async () => {
    const { body } = await stand.create({ filter: 'label.site=berlin' });
    const { id } = body;
    await state(id, 's0', { state: 'failed' });
    await state(id, 's1', { state: 'lost' });
    await state(id, 's2', { state: 'lost', late: 'late-success' });
    await state(id, 's3', { state: 'succeeded' });
    await wave(id, 1, { status: 'running', counts: { failed: 1, lost: 1, 'late-success': 1, succeeded: 1 } });
    expect((await stand.act(id, 'retry-failed')).body).toMatchObject({
      waves: [{ counts: { waiting: 2, 'late-success': 1, succeeded: 1 } }],
    });
    expect(await stand.rollout(id, '/targets?status=waiting')).toMatchObject({
      items: [
        { cause: 'retry', attempt: 1, commandId: null },
        { cause: 'retry', attempt: 1 },
      ],
    });
    const events = await stand.rollout(id, '/events?limit=1');
    expect(events).toMatchObject({
      items: [{ state: 'waiting', cause: 'retry', phase: 'apply' }],
      next: expect.any(String),
    });
    expect((await stand.rollout(id, `/events?cursor=${String(events['next'])}`))['items']).toHaveLength(1);
    expect(await actions(id)).toEqual(['rollout.create', 'rollout.targets', 'rollout.retry-failed']);
    await stand.act(id, 'stop');
  });

  it('let no other devices fail in place of those that failed and are tried again', async () => {
    const { body } = await stand.create({ filter: 'label.site=berlin' });
    const { id } = body;
    for (const serial of ['s0', 's1']) await state(id, serial, { state: 'failed' });
    await wave(id, 1, {
      status: 'running',
      startedAt: stand.clock.now(),
      counts: { failed: 2, 'late-failure': 1, pending: 1 },
    });
    await stand.owner.prisma.rollout.update({ where: { id: String(id) }, data: { status: 'paused' } });
    await stand.act(id, 'continue');
    const accepted = async (): Promise<number> =>
      (await stand.owner.prisma.rollout.findUniqueOrThrow({ where: { id: String(id) } })).acceptedFailures;
    expect(await accepted()).toBe(3);
    await stand.act(id, 'retry-failed');
    expect(await accepted()).toBe(1);
    await stand.act(id, 'stop');
  });

  it('go on with a way back that was stopped, where it was', async () => {
    const { body } = await stand.create({ filter: 'label.site=berlin' });
    const { id } = body;
    const back = { phase: 'rollback', finishedAt: stand.clock.now() };
    await state(id, 's0', { ...back, state: 'cancelled' });
    await state(id, 's1', { ...back, state: 'failed', cause: 'given-up', step: 1 });
    await state(id, 's2', { ...back, state: 'failed', cause: 'change-error' });
    await state(id, 's3', { ...back, state: 'succeeded' });
    const counts = { 'rollback:cancelled': 1, 'rollback:failed': 2, 'rollback:succeeded': 1 };
    await wave(id, 1, { status: 'running', counts });
    await stand.owner.prisma.rollout.update({ where: { id: String(id) }, data: { status: 'stopped' } });
    expect((await stand.act(id, 'roll-back')).body).toMatchObject({
      status: 'rolling-back',
      waves: [{ counts: { 'rollback:pending': 2, 'rollback:failed': 1, 'rollback:succeeded': 1 } }],
    });
    const targets = await stand.owner.prisma.rolloutTarget.findMany({
      where: { rolloutId: String(id), state: 'pending' },
      orderBy: { step: 'asc' },
    });
    expect(targets).toMatchObject([
      { step: 0, cause: null, finishedAt: null },
      { step: 1, cause: null, finishedAt: null },
    ]);
    await stand.act(id, 'stop');
  });

  it('take a rollout back, running or stopped', async () => {
    const { body } = await stand.create({ filter: 'label.site=berlin' });
    await stand.act(body['id'], 'stop');
    const back = await stand.act(body['id'], 'roll-back', { remark: 'boots slowly' });
    expect(back.body).toMatchObject({ status: 'rolling-back', reason: 'rolled back by ann', finishedAt: null });
    expect(await stand.act(body['id'], 'pause')).toMatchObject({ status: 409 });
  });
});

describe('the penalty box', () => {
  it('is shown with the device, and opened by a person', async () => {
    const [deviceId = ''] = deviceIds;
    const path = `/v1/devices/${deviceId}`;
    expect(await stand.get(path)).toMatchObject({ penalty: null });
    const until = new Date(Date.now() + 3_600_000);
    await stand.owner.prisma.devicePenalty.create({ data: { deviceId, failures: 3, until } });
    expect(await stand.get(path)).toMatchObject({ penalty: { failures: 3, until: until.toISOString() } });
    const { body } = await stand.create({ filter: 'serial=s0' });
    const held = { state: 'waiting', cause: 'hold', notBefore: until };
    await stand.owner.prisma.rolloutTarget.updateMany({ where: { deviceId, state: 'pending' }, data: held });
    const lift = (token: string) =>
      stand.api.call('DELETE', `${path}/penalty`, { token, body: { remark: 'new disk' } });
    expect(await lift(stand.tokens.vera)).toMatchObject({ status: 403 });
    expect(await lift(stand.tokens.ann)).toMatchObject({ status: 204 });
    expect(await lift(stand.tokens.ann)).toMatchObject({ status: 404 });
    expect(await stand.get(path)).toMatchObject({ penalty: null });
    const { items } = await stand.rollout(body['id'], '/targets');
    expect(Date.parse((items as { notBefore: string }[])[0]!.notBefore)).toBeLessThan(until.getTime());
    expect((await stand.audited(deviceId))[0]).toMatchObject({
      action: 'device.lift-penalty',
      remark: 'new disk',
      details: { failures: 3 },
    });
  });
});
