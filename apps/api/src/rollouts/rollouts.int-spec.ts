import { RolloutsStand } from '../testing/rollouts-stand';
import type { Answer } from '../testing/test-api';

const DEVICES = 10;

let stand: RolloutsStand;

beforeAll(async () => {
  stand = await RolloutsStand.open();
  for (let at = 0; at < DEVICES; at += 1) await stand.enrol(`s${at}`, { site: at < 4 ? 'berlin' : 'oslo' });
});

afterAll(() => stand.close());

/** JSON has its members in any order. */
const linesOf = ({ text }: Answer): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line.startsWith('{') ? (JSON.parse(line) as unknown) : line));

describe('a plan', () => {
  it('says what the rollout would do, and writes nothing', async () => {
    const waves = [{ filter: 'label.site=berlin' }, { percent: 100 }];
    const plan = await stand.api.call('POST', '/v1/rollouts/plan', {
      token: stand.tokens.ann,
      body: stand.aRequest({ waves }),
    });
    expect(plan.status).toBe(200);
    expect(plan.body).toMatchObject({
      summary: { devices: DEVICES, change: DEVICES, nothing: 0, blocked: 0 },
      waves: [
        { number: 1, size: 4 },
        { number: 2, size: 6 },
      ],
    });
    expect(plan.body['devices']).toHaveLength(DEVICES);
    expect((await stand.api.call('GET', '/v1/rollouts', { token: stand.tokens.vera })).body['items']).toEqual([]);
  });

  it.each(['ndjson', 'csv'])('is downloaded as %s, before it is made and after', async (format) => {
    const path = `/v1/rollouts/plan/devices?format=${format}`;
    const planned = await stand.api.call('POST', path, { token: stand.tokens.ann, body: stand.aRequest() });
    const { body } = await stand.create({ draft: true });
    const kept = await stand.api.call('GET', `/v1/rollouts/${String(body['id'])}/plan/devices?format=${format}`, {
      token: stand.tokens.vera,
    });
    expect(planned.text.trimEnd().split('\n')).toHaveLength(DEVICES + (format === 'csv' ? 1 : 0));
    expect(linesOf(kept)).toEqual(linesOf(planned));
    expect(await stand.rollout(body['id'], '/plan')).toMatchObject({ summary: { change: DEVICES } });
  });
});

describe('a rollout that can not work', () => {
  const soon = new Date(Date.now() + 3600_000).toISOString();
  it.each<[string, object, string, RegExp]>([
    ['no match', { filter: 'serial=nobody' }, 'filter', /no enrolled device matches/],
    ['an unknown operation', { does: { steps: [{ operation: 'fly' }] } }, 'does.steps.0.operation', /catalogue/],
    [
      'a wrong parameter',
      { does: { steps: [{ operation: 'refresh', parameters: { wings: 2 } }] } },
      'does.steps.0.parameters.wings',
      /not a parameter/,
    ],
    ['waves that do not add up', { waves: [{ percent: 50 }] }, 'waves', /add up to 50 %/],
    ['an empty wave', { waves: [{ count: 10 }, { percent: 50 }] }, 'waves.1', /would be empty/],
    ['a wave of nobody', { waves: [{ filter: 'label.site=paris' }, { percent: 100 }] }, 'waves.0.filter', /means none/],
    ['a gate beyond its wave', { gate: { minReached: { count: 11 } } }, 'gate.minReached.count', /never be reached/],
    [
      'a gate beyond one wave',
      { waves: [{ count: 2, gate: { minReached: { count: 3 } } }, { percent: 1 }] },
      'waves.0.gate.minReached.count',
      /has 2 devices/,
    ],
    ['a gate that contradicts itself', { gate: { minSucceededPercent: 95 } }, 'gate.minSucceededPercent', /contradict/],
    [
      'a time-box shorter than the soak',
      { gate: { soakSeconds: 600, timeBoxSeconds: 60 } },
      'gate.timeBoxSeconds',
      /before the soak/,
    ],
    [
      'an expiry before its soaks',
      { gate: { soakSeconds: 600 }, expireAfterSeconds: 600 },
      'expireAfterSeconds',
      /soaks take 600/,
    ],
    ['a start in the past', { startAt: '2020-01-01T00:00:00.000Z' }, 'startAt', /in the past/],
    ['too few who could approve', { approvals: 9, startAt: soon }, 'approvals', /there are 3/],
    ['a wish of no known shape', { does: { validationSet: { set: 'a/b', mode: 'pin' } } }, 'does', /./],
  ])('is refused before anything is written: %s', async (_, over, field, message) => {
    const before = await stand.get('/v1/rollouts');
    for (const path of ['/v1/rollouts', '/v1/rollouts/plan']) {
      const answer = await stand.api.call('POST', path, { token: stand.tokens.ann, body: stand.aRequest(over) });
      expect(answer.body).toMatchObject({ status: 400, problems: [{ message: expect.stringMatching(message) }] });
      expect(answer.body.problems?.[0]?.field).toMatch(field === 'does' ? /^does/ : field);
    }
    expect(await stand.get('/v1/rollouts')).toEqual(before);
  });
});

describe('a rollout', () => {
  it('is made once by two equal requests at once, and not by another one with the same key', async () => {
    const headers = { 'idempotency-key': 'once' };
    const [one, two] = await Promise.all([stand.create({}, headers), stand.create({}, headers)]);
    expect([one?.status, two?.status]).toEqual([201, 201]);
    expect(one?.body['id']).toBe(two?.body['id']);
    expect(await stand.create({ priority: 1 }, headers)).toMatchObject({ status: 409 });
    expect((await stand.audited(one?.body['id'])).filter(({ action }) => action === 'rollout.create')).toHaveLength(1);
    await stand.act(one?.body['id'], 'stop');
  });

  it('waits for its approvals, which are distinct, of this plan, and not of its author', async () => {
    const { body: made } = await stand.create({ approvals: 2, name: 'to approve' });
    expect(made).toMatchObject({ status: 'awaiting-approval', reason: 'waits for 2 people to approve its plan' });
    const { id, planDigest } = made;
    expect(await stand.act(id, 'approve', { planDigest })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('who made it') },
    });
    expect(await stand.act(id, 'approve', { planDigest: 'another' }, stand.tokens.ben)).toMatchObject({ status: 409 });
    expect((await stand.act(id, 'approve', { planDigest, remark: 'fine' }, stand.tokens.ben)).body).toMatchObject({
      reason: 'waits for one person to approve its plan',
    });
    expect(await stand.act(id, 'approve', { planDigest }, stand.tokens.ben)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('before') },
    });
    for (const [name, status] of [['ann', 403] as const, ['ben', 409] as const]) {
      const token = stand.tokens[name];
      const made = await stand.api.call('POST', '/v1/tokens', { token, body: { name: 'another way in' } });
      expect(await stand.act(id, 'approve', { planDigest }, String(made.body['token']))).toMatchObject({ status });
    }
    const { body: replanned } = await stand.act(id, 'replan');
    expect(replanned).toMatchObject({ status: 'awaiting-approval', planVersion: 2 });
    expect(replanned['planDigest']).not.toBe(planDigest);
    expect(await stand.act(id, 'approve', { planDigest }, stand.tokens.cem)).toMatchObject({ status: 409 });
    const again = { planDigest: replanned['planDigest'] };
    await stand.act(id, 'approve', again, stand.tokens.ben);
    expect((await stand.act(id, 'approve', again, stand.tokens.cem)).body).toMatchObject({
      status: 'running',
      reason: null,
    });
    expect(await stand.rollout(id, '/approvals')).toMatchObject({
      items: [
        { personName: 'cem', decision: 'approve', valid: true },
        { personName: 'ben', valid: true },
        { personName: 'ben', valid: false, remark: 'fine' },
      ],
    });
    expect((await stand.audited(id)).map(({ action }) => action)).toEqual([
      ...['rollout.approve', 'rollout.approve', 'rollout.replan', 'rollout.approve', 'rollout.create'],
    ]);
    await stand.act(id, 'stop');
  });

  it('is approved anew when its bounds are changed before it starts', async () => {
    const startAt = new Date(Date.now() + 3600_000).toISOString();
    const { body: made } = await stand.create({ approvals: 1, startAt });
    const { id, planDigest } = made;
    const approved = await stand.act(id, 'approve', { planDigest }, stand.tokens.ben);
    expect(approved.body).toMatchObject({ status: 'scheduled', planVersion: 1 });
    const body = { limits: { maxInFlight: 1000 } };
    const changed = await stand.api.call('PATCH', `/v1/rollouts/${String(id)}`, { token: stand.tokens.ann, body });
    expect(changed.body).toMatchObject({ status: 'awaiting-approval', planVersion: 2 });
    expect(await stand.act(id, 'approve', { planDigest }, stand.tokens.cem)).toMatchObject({ status: 409 });
    const again = { planDigest: changed.body['planDigest'] };
    expect((await stand.act(id, 'approve', again, stand.tokens.cem)).body).toMatchObject({ status: 'scheduled' });
    await stand.act(id, 'stop');
  });

  it('is a draft again once it is rejected, and is planned anew before it starts', async () => {
    const { body: made } = await stand.create({ approvals: 1, name: 'no' });
    const { id, planDigest } = made;
    const rejected = await stand.act(id, 'reject', { planDigest, remark: 'not on a Friday' }, stand.tokens.ben);
    expect(rejected.body).toMatchObject({ status: 'draft', reason: 'rejected by ben: not on a Friday' });
    expect(await stand.act(id, 'start')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('replan') },
    });
    const replanned = { status: 'draft', planVersion: 2, reason: 'waits for somebody to start it' };
    expect((await stand.act(id, 'replan')).body).toMatchObject(replanned);
    expect((await stand.act(id, 'start')).body).toMatchObject({ status: 'awaiting-approval' });
    expect((await stand.act(id, 'stop')).body).toMatchObject({ status: 'stopped', reason: 'stopped by ann' });
  });

  it('is a draft again also when somebody rejects it who had approved it', async () => {
    const startAt = new Date(Date.now() + 3600_000).toISOString();
    const { body: made } = await stand.create({ approvals: 1, startAt });
    const { id, planDigest } = made;
    await stand.act(id, 'approve', { planDigest }, stand.tokens.ben);
    const rejected = await stand.act(id, 'reject', { planDigest, remark: 'on second thoughts' }, stand.tokens.ben);
    expect(rejected.body).toMatchObject({ status: 'draft', reason: 'rejected by ben: on second thoughts' });
    expect(await stand.act(id, 'start')).toMatchObject({ status: 409 });
    expect(await stand.rollout(id, '/approvals')).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ personName: 'ben', decision: 'approve' }),
        expect.objectContaining({ personName: 'ben', decision: 'reject' }),
      ]),
    });
    await stand.act(id, 'stop');
  });

  it('is scheduled for its time', async () => {
    const startAt = new Date(Date.now() + 3600_000).toISOString();
    const { body } = await stand.create({ startAt });
    expect(body).toMatchObject({ status: 'scheduled', startAt, reason: `starts at ${startAt}`, startedAt: null });
    await stand.act(body['id'], 'stop');
  });

  it('is adjusted while it runs: what changes is audited with before and after, what does not makes no version', async () => {
    const { body: made } = await stand.create({ limits: { maxInFlight: 5 } });
    const patch = (body: object): Promise<Answer> =>
      stand.api.call('PATCH', `/v1/rollouts/${String(made['id'])}`, { token: stand.tokens.ann, body });
    const { body } = await patch({ limits: { maxInFlight: 2, startsPerMinute: 9 }, priority: 3, remark: 'slower' });
    expect(body).toMatchObject({ limits: { maxInFlight: 2, startsPerMinute: 9 }, priority: 3 });
    expect((await patch({ priority: 3 })).body['version']).toBe(body['version']);
    expect(await patch({ gate: { minSucceededPercent: 99 } })).toMatchObject({ status: 400 });
    const [entry] = (await stand.audited(made['id'])).filter(({ action }) => action === 'rollout.adjust');
    expect(entry).toMatchObject({
      remark: 'slower',
      details: { before: { limits: { maxInFlight: 5 }, priority: 0 }, after: { priority: 3 } },
    });
    await stand.act(made['id'], 'stop');
  });

  it.each([
    ['continue', /it runs/],
    ['start', /it is running, not draft/],
    ['approve', /it is running, not awaiting-approval/],
    ['replan', /it is running, not draft or awaiting-approval or scheduled/],
    ['retry-failed', /no device of it failed/],
  ])('that runs is told why it can not %s', async (name, message) => {
    const { body } = await stand.create();
    const said = name === 'approve' ? { planDigest: body['planDigest'] } : {};
    const answer = await stand.act(body['id'], name, said);
    expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringMatching(message) } });
    await stand.act(body['id'], 'stop');
  });

  it('is listed newest first, whatever its id is', async () => {
    const names = ['first', 'second', 'third'];
    for (const name of names) await stand.create({ name, draft: true }, { 'idempotency-key': name });
    const first = await stand.api.call('GET', '/v1/rollouts?limit=2', { token: stand.tokens.vera });
    expect((first.body['items'] as { name: string }[]).map(({ name }) => name)).toEqual(['third', 'second']);
    const next = await stand.api.call('GET', `/v1/rollouts?limit=1&cursor=${String(first.body['next'])}`, {
      token: stand.tokens.vera,
    });
    expect(next.body['items']).toMatchObject([{ name: 'first' }]);
    expect((await stand.get('/v1/rollouts?status=awaiting-approval'))['items']).toEqual([]);
    expect((await stand.get('/v1/rollouts?status=draft&limit=1'))['items']).toMatchObject([{ name: 'third' }]);
  });
});
