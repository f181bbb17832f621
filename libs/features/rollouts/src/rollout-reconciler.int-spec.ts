import { RolloutStand } from './testing/rollout-stand';

let stand: RolloutStand;

beforeAll(async () => {
  stand = await RolloutStand.open();
});
afterEach(() => stand.expectCountsTrue());
afterAll(() => stand.close());

const actions = async (subjectId: string): Promise<string[]> => {
  const entries = await stand.owner.prisma.auditEntry.findMany({ where: { subjectId }, orderBy: { id: 'asc' } });
  return entries.map(({ action }) => action).filter((action) => action !== 'rollout.targets');
};

describe('a rollout', () => {
  it('goes wave by wave to its end, each transition audited once', async () => {
    const id = await stand.aRollout({ waves: [{ size: 1 }, { size: 3 }] });
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([
      ['running', { offered: 1 }],
      ['pending', { pending: 3 }],
    ]);
    await stand.move(id, 'succeeded');
    await stand.reconcileAtOnce([id]);
    expect((await stand.seen(id)).waves).toEqual([
      ['passed', { succeeded: 1 }],
      ['running', { offered: 3 }],
    ]);
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    expect((await stand.seen(id)).status).toBe('finished');
    expect(await actions(id)).toEqual([
      ...['rollout.create', 'rollout.start-wave', 'rollout.pass-wave', 'rollout.start-wave', 'rollout.pass-wave'],
      'rollout.finish',
    ]);
  });

  it('gives a device its steps one after the other, in one slot', async () => {
    const steps = ['app', 'tool'].map((snap) => ({
      operation: 'hold',
      parameters: { snaps: [snap], time: 'forever' },
    }));
    const id = await stand.aRollout({ steps, waves: [{ size: 2 }], limits: { maxInFlight: 1 } });
    await stand.reconcile(id);
    await stand.move(id, 'running');
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([['running', { running: 1, pending: 1 }]]);
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([['running', { offered: 1, pending: 1 }]]);
    const made = await stand.owner.prisma.command.findMany({ where: { rolloutId: id }, orderBy: { step: 'asc' } });
    expect(made.map(({ step, attempt, parameters }) => ({ step, attempt, parameters }))).toEqual(
      steps.map(({ parameters }, step) => ({ step, attempt: 1, parameters })),
    );
    for (let at = 0; at < 3; at += 1) {
      await stand.move(id, 'succeeded');
      await stand.reconcile(id);
    }
    expect(await stand.seen(id)).toMatchObject({ status: 'finished', waves: [['passed', { succeeded: 2 }]] });
  });

  it('pauses in words when a gate breaks', async () => {
    const id = await stand.aRollout({ waves: [{ size: 10 }], gate: { minFailed: 2 }, limits: { maxInFlight: 5 } });
    await stand.reconcile(id);
    await stand.move(id, 'failed', { count: 2, cause: 'change-error' });
    await stand.reconcile(id);
    expect(await stand.seen(id)).toMatchObject({
      status: 'paused',
      reason: '2 of 2 reached devices failed, limit 10 %',
      waves: [['running', { failed: 2, offered: 3, pending: 5 }]],
    });
  });

  it('sets devices aside that are away, and goes on without them', async () => {
    const id = await stand.aRollout({ waves: [{ size: 3 }, { size: 1 }] });
    const [first] = await stand.targets(id);
    await stand.away([first!.deviceId]);
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves[0]).toEqual(['running', { away: 1, offered: 2 }]);
    for (let at = 0; at < 2; at += 1) {
      await stand.move(id, 'succeeded');
      await stand.reconcile(id);
    }
    expect(await stand.seen(id)).toEqual({
      status: 'running',
      reason: expect.stringMatching(/^waiting for 1 device that is away, until 2026-/),
      waves: [
        ['passed', { away: 1, succeeded: 2 }],
        ['passed', { succeeded: 1 }],
      ],
    });
  });
});
