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

  it('judges a late result for what it is, also when it has finished', async () => {
    const id = await stand.aRollout({ waves: [{ size: 2 }], gate: { maxFailedPercent: 50 } });
    await stand.reconcile(id);
    await stand.move(id, 'lost', { count: 1 });
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    expect(await stand.seen(id)).toMatchObject({ status: 'finished', waves: [['passed', { lost: 1, succeeded: 1 }]] });
    await stand.owner.prisma.command.updateMany({
      where: { rolloutId: id, status: 'lost' },
      data: { lateStatus: 'succeeded' },
    });
    expect(await stand.reconcilers[0]!.dueIds()).toContain(id);
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([['passed', { 'late-success': 1, succeeded: 1 }]]);
    expect(await stand.reconcilers[0]!.dueIds()).not.toContain(id);
  });

  it('tries again after a while, and no more often than it may', async () => {
    const id = await stand.aRollout({ time: { attempts: { most: 2, backoffSeconds: 60 } } });
    for (const status of ['failed', 'timed-out']) {
      await stand.reconcile(id);
      await stand.move(id, status, { cause: status });
      await stand.reconcile(id);
      stand.clock.pass(3_600);
      await stand.heard((await stand.targets(id)).map(({ deviceId }) => deviceId));
    }
    expect(await stand.targets(id)).toMatchObject([{ state: 'timed-out', attempt: 2 }]);
    const events = await stand.owner.prisma.targetEvent.findMany({ where: { rolloutId: id }, orderBy: { id: 'asc' } });
    expect(events.map(({ state, cause, attempt }) => [state, cause, attempt])).toEqual([
      ['offered', null, 1],
      ['waiting', 'retry', 1],
      ['offered', null, 2],
      ['timed-out', 'timed-out', 2],
    ]);
  });

  it('soaks, and judges by its time-box who was reached', async () => {
    const waves = [{ size: 1, gate: { soakSeconds: 60 } }, { size: 3, gate: { timeBoxSeconds: 120 } }, { size: 1 }];
    const id = await stand.aRollout({ waves });
    await stand.reconcile(id);
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves[0]).toEqual(['soaking', { succeeded: 1 }]);
    stand.clock.pass(60);
    await stand.reconcile(id);
    await stand.move(id, 'running');
    await stand.move(id, 'succeeded', { count: 2 });
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves[1]).toEqual(['running', { succeeded: 2, running: 1 }]);
    stand.clock.pass(120);
    await stand.heard((await stand.targets(id)).map(({ deviceId }) => deviceId));
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves.slice(1)).toEqual([
      ['passed', { succeeded: 2, running: 1 }],
      ['running', { offered: 1 }],
    ]);
  });

  it('gives up whom it has not reached when its time is over', async () => {
    const id = await stand.aRollout({ waves: [{ size: 4 }], limits: { maxInFlight: 2 } });
    const [, second] = await stand.targets(id);
    await stand.reconcile(id);
    await stand.move(id, 'succeeded', { count: 1 });
    stand.clock.pass(86_400);
    await stand.move(id, 'expired');
    await stand.reconcile(id);
    expect(await stand.seen(id)).toMatchObject({
      status: 'finished',
      reason: 'expired: 3 devices not reached in time',
      waves: [['running', { succeeded: 1, expired: 3 }]],
    });
    expect(second).toMatchObject({ state: 'pending' });
  });

  it('ends what was not begun when it is stopped, and says what was done half', async () => {
    const steps = ['app', 'tool'].map((snap) => ({
      operation: 'hold',
      parameters: { snaps: [snap], time: 'forever' },
    }));
    const id = await stand.aRollout({ steps, waves: [{ size: 3 }], limits: { maxInFlight: 1 } });
    await stand.reconcile(id);
    await stand.move(id, 'running');
    await stand.owner.prisma.rollout.update({ where: { id }, data: { status: 'stopped', reason: 'stopped by ann' } });
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([['running', { running: 1, cancelled: 2 }]]);
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    const row = await stand.owner.prisma.rollout.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({ status: 'stopped', reason: 'stopped by ann', finishedAt: stand.clock.now() });
    expect((await stand.targets(id)).filter(({ state }) => state === 'failed')).toMatchObject([
      { cause: 'given-up', message: 'given up after step 1, the rollout is stopped' },
    ]);
  });

  it('skips a wave when a person says so, but for who is under way', async () => {
    const id = await stand.aRollout({ waves: [{ size: 3 }, { size: 1 }], limits: { maxInFlight: 1 } });
    await stand.reconcile(id);
    await stand.owner.prisma.wave.updateMany({ where: { rolloutId: id, number: 1 }, data: { status: 'skipped' } });
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([
      ['skipped', { offered: 1, skipped: 2 }],
      ['running', { pending: 1 }],
    ]);
    for (let at = 0; at < 2; at += 1) {
      await stand.move(id, 'succeeded');
      await stand.reconcile(id);
    }
    expect(await stand.seen(id)).toMatchObject({ status: 'finished' });
  });

  it('starts when it is time', async () => {
    const startAt = new Date(stand.clock.now().getTime() + 60_000);
    const id = await stand.aRollout({ more: { status: 'scheduled', startAt, startedAt: null, expiresAt: null } });
    await stand.reconcile(id);
    expect((await stand.seen(id)).status).toBe('scheduled');
    stand.clock.pass(60);
    await stand.reconcile(id);
    const row = await stand.owner.prisma.rollout.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({
      status: 'running',
      startedAt: startAt,
      expiresAt: new Date(startAt.getTime() + 86_400_000),
    });
  });

  it("keeps the digest of its targets' history in the audit", async () => {
    const id = await stand.aRollout({ waves: [{ size: 3 }] });
    await stand.reconcile(id);
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    const entries = await stand.owner.prisma.auditEntry.findMany({
      where: { subjectId: id, action: 'rollout.targets' },
    });
    const events = await stand.owner.prisma.targetEvent.count({ where: { rolloutId: id } });
    const details = entries.map((entry) => entry.details as { events: number; sha256: string });
    expect(details.reduce((sum, each) => sum + each.events, 0)).toBe(events);
    expect(details.map(({ sha256 }) => sha256)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]); // prettier-ignore
  });

  it('lets the worker change neither which devices are meant nor what they are to do', async () => {
    const worker = stand.connect('corefleet_worker');
    for (const column of ['device_id = gen_random_uuid()', `steps = '[]'`, `rollback = '[]'`, 'wave = 1']) {
      await expect(worker.pool.query(`UPDATE rollout_targets SET ${column}`)).rejects.toThrow(/permission denied/);
    }
    for (const column of [`steps = '[]'`, `plan_digest = ''`, 'approvals_needed = 0', 'audit_id = 1']) {
      await expect(worker.pool.query(`UPDATE rollouts SET ${column}`)).rejects.toThrow(/permission denied/);
    }
  });

  it('waits for nobody who works on it, and says so: what moved meanwhile is still to be followed', async () => {
    const id = await stand.aRollout();
    await stand.reconcile(id);
    await stand.owner.transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM rollouts WHERE id = ${id}::uuid FOR UPDATE`;
      await stand.move(id, 'succeeded');
      expect(await stand.reconcile(id)).toBe('taken');
    });
    expect((await stand.seen(id)).status).toBe('running');
    expect(await stand.reconcile(id)).toBe('done');
    expect((await stand.seen(id)).status).toBe('finished');
  });

  it('gives its command again to a device that came back with another key', async () => {
    const id = await stand.aRollout();
    await stand.reconcile(id);
    const [before] = await stand.targets(id);
    await stand.move(id, 'cancelled', { cause: 'device-re-enrolled' });
    await stand.reconcile(id);
    const [after] = await stand.targets(id);
    expect(after).toMatchObject({ state: 'offered', attempt: 1, commandId: expect.any(String) });
    expect(after!.commandId).not.toBe(before!.commandId);
  });
});
