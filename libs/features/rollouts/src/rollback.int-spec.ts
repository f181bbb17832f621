import { RolloutStand } from './testing/rollout-stand';

let stand: RolloutStand;

beforeAll(async () => {
  stand = await RolloutStand.open();
});
afterEach(() => stand.expectCountsTrue());
afterAll(() => stand.close());

const UNDO = [
  { operation: 'unhold', parameters: { snaps: ['app'] } },
  { operation: 'hold', parameters: { snaps: ['tool'], time: 'forever', 'hold-level': 'general' } },
];
const gate = { maxFailedPercent: 0, onFailure: 'roll-back' } as const;

const step = async (id: string, status: string, over: object = {}): Promise<void> => {
  await stand.move(id, status, over);
  await stand.reconcileAtOnce([id], 1);
};

const commands = async (rolloutId: string, phase: string) =>
  stand.owner.prisma.command.findMany({ where: { rolloutId, phase }, orderBy: [{ step: 'asc' }, { deviceId: 'asc' }] });

describe('a rollout that is rolled back', () => {
  it('takes its devices back by what takes each command back, newest first, and says how many', async () => {
    const id = await stand.aRollout({ waves: [{ size: 3 }, { size: 2 }, { size: 4 }], gate });
    await stand.reconcile(id);
    await step(id, 'succeeded', { undo: UNDO });
    await step(id, 'failed', { count: 1, cause: 'change-error' });
    expect(await stand.seen(id)).toMatchObject({
      status: 'rolling-back',
      reason: '1 of 4 reached devices failed, limit 0 %',
      waves: [
        ['passed', { 'rollback:offered': 3 }],
        ['running', { 'rollback:skipped': 1, cancelled: 1 }],
        ['pending', { cancelled: 4 }],
      ],
    });
    expect((await commands(id, 'rollback')).map(({ operation, parameters }) => ({ operation, parameters }))).toEqual(
      Array.from({ length: 3 }, () => UNDO[0]),
    );
    await step(id, 'succeeded');
    await step(id, 'failed', { count: 1, cause: 'change-error' });
    await step(id, 'succeeded');
    expect(await stand.seen(id)).toMatchObject({
      status: 'rolled-back',
      reason: '1 of 4 reached devices failed, limit 0 %; 2 devices rolled back, 1 could not be',
      waves: [
        ['passed', { 'rollback:succeeded': 2, 'rollback:failed': 1 }],
        expect.anything(),
        ['pending', { cancelled: 4 }],
      ],
    });
  });

  it('takes the way that was planned for a device, also when its agent says another', async () => {
    const [device] = await stand.devices(1);
    const id = await stand.aRollout({}, [device!]);
    const planned = [{ operation: 'unhold', parameters: { snaps: ['planned'] } }];
    await stand.owner.prisma.rolloutTarget.updateMany({ where: { rolloutId: id }, data: { rollback: planned } });
    await stand.reconcile(id);
    await step(id, 'succeeded', { undo: UNDO });
    await stand.owner.prisma.rollout.update({ where: { id }, data: { status: 'rolling-back', finishedAt: null } });
    await stand.reconcile(id);
    expect(await commands(id, 'rollback')).toMatchObject(planned);
    await step(id, 'succeeded');
    expect(await stand.seen(id)).toMatchObject({ status: 'rolled-back', reason: '1 device rolled back' });
  });

  it('takes a device back that was half way when its wave was skipped', async () => {
    const steps = [1, 2].map((retain) => ({
      operation: 'set-configuration',
      parameters: { snap: 'system', values: { 'refresh.retain': retain } },
    }));
    const time = { deadlineSeconds: 3600, attempts: { most: 2, backoffSeconds: 300 }, catchUp: 'run-when-back' };
    const id = await stand.aRollout({ steps, time, gate: { maxFailedPercent: 100 } });
    await stand.reconcile(id);
    await step(id, 'succeeded', { undo: UNDO });
    await step(id, 'lost');
    expect((await stand.seen(id)).waves).toEqual([['running', { waiting: 1 }]]);
    await stand.owner.prisma.wave.updateMany({ where: { rolloutId: id }, data: { status: 'skipped' } });
    await stand.reconcile(id);
    expect(await stand.targets(id)).toMatchObject([
      { state: 'failed', cause: 'given-up', message: 'given up after step 1, its wave was skipped: lost' },
    ]);
    await stand.owner.prisma.rollout.update({ where: { id }, data: { status: 'rolling-back', finishedAt: null } });
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([['skipped', { 'rollback:offered': 1 }]]);
  });

  it('gives nothing to a device that was only asked', async () => {
    const id = await stand.aRollout({ waves: [{ size: 2 }], more: { precheck: true } });
    const rollback = [{ operation: 'unhold', parameters: { snaps: ['planned'] } }];
    const [asked, other] = await stand.targets(id);
    for (const { deviceId } of [asked!, other!]) {
      const where = { rolloutId_deviceId: { rolloutId: id, deviceId } };
      await stand.owner.prisma.rolloutTarget.update({ where, data: { phase: 'precheck', rollback } });
    }
    await stand.owner.prisma.wave.updateMany({ where: { rolloutId: id }, data: { counts: { 'precheck:pending': 2 } } });
    await stand.away([other!.deviceId]);
    await stand.reconcile(id);
    await stand.owner.prisma.rollout.update({ where: { id }, data: { status: 'rolling-back', reason: null } });
    await step(id, 'succeeded');
    await stand.reconcile(id);
    expect(await commands(id, 'rollback')).toEqual([]);
    expect(await stand.seen(id)).toMatchObject({ status: 'rolled-back', reason: '0 devices rolled back' });
  });

  it('takes a device back after all that says late that it was changed', async () => {
    const id = await stand.aRollout({ waves: [{ size: 2 }], gate });
    await stand.reconcile(id);
    await step(id, 'running');
    await step(id, 'timed-out', { count: 1 });
    expect((await stand.seen(id)).waves).toEqual([['running', { 'rollback:skipped': 1, running: 1 }]]);
    const where = { rolloutId: id, status: 'timed-out' };
    await stand.owner.prisma.command.updateMany({ where, data: { lateStatus: 'succeeded', undo: UNDO } });
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([['running', { 'rollback:offered': 1, running: 1 }]]);
    expect(await commands(id, 'rollback')).toMatchObject([UNDO[0]!]);
  });

  it('lets who is under way come to its end first, and says who cannot be taken back', async () => {
    const id = await stand.aRollout({ waves: [{ size: 2 }], gate });
    await stand.reconcile(id);
    await step(id, 'running');
    await step(id, 'failed', { count: 1, cause: 'change-error' });
    expect((await stand.seen(id)).waves).toEqual([['running', { 'rollback:skipped': 1, running: 1 }]]);
    await step(id, 'succeeded');
    expect(await stand.seen(id)).toMatchObject({
      status: 'rolled-back',
      reason: '1 of 2 reached devices failed, limit 0 %; 0 devices rolled back, 1 could not be',
      waves: [['running', { 'rollback:skipped': 1, 'rollback:failed': 1 }]],
    });
  });

  it('waits for devices that are away, and gives them up when its time is over', async () => {
    const id = await stand.aRollout({ waves: [{ size: 1 }, { size: 1 }], gate });
    await stand.reconcile(id);
    await step(id, 'succeeded', { undo: UNDO });
    await stand.away((await stand.targets(id)).map(({ deviceId }) => deviceId));
    await step(id, 'failed', { cause: 'change-error' });
    expect((await stand.seen(id)).waves[0]).toEqual(['passed', { 'rollback:away': 1 }]);
    stand.clock.pass(86_400);
    await stand.reconcile(id);
    expect(await stand.seen(id)).toMatchObject({
      status: 'rolled-back',
      reason: '1 of 2 reached devices failed, limit 0 %; 0 devices rolled back, 1 could not be',
    });
  });
});
