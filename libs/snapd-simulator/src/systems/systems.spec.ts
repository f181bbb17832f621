import { aDevice, type TestDevice } from '../testing/a-device';

const labels = async (device: TestDevice): Promise<string[]> => {
  const { systems } = await device.read<{ systems: { label: string }[] }>('/v2/systems');
  return systems.map((system) => system.label);
};

describe('recovery systems', () => {
  it('lists the current one with its actions (§10.33)', async () => {
    expect(await aDevice().read('/v2/systems')).toEqual({
      systems: [
        {
          current: true,
          label: 'factory',
          model: { model: 'acme-box', 'brand-id': 'acme', 'display-name': 'Acme box' },
          brand: { id: 'acme', username: 'acme', 'display-name': 'acme', validation: 'unproven' },
          actions: [
            { title: 'Reinstall', mode: 'install' },
            { title: 'Recover', mode: 'recover' },
            { title: 'Factory reset', mode: 'factory-reset' },
            { title: 'Run normally', mode: 'run' },
          ],
          'default-recovery-system': true,
        },
      ],
    });
    expect(await aDevice({ systems: [] }).read('/v2/systems')).toEqual({});
  });

  it('creates an untested system in one task and makes it the default', async () => {
    const device = aDevice();
    const change = await device.run('/v2/systems', { action: 'create', label: 'new', 'mark-default': true });
    expect(change).toMatchObject({
      kind: 'create-recovery-system',
      summary: 'Create new recovery system with label "new"',
      status: 'Done',
    });
    expect(change.tasks).toHaveLength(1);
    const { systems } = await device.read<{ systems: object[] }>('/v2/systems');
    expect(systems).toMatchObject([{ label: 'factory' }, { label: 'new', 'default-recovery-system': true }]);
    expect(systems[0]).not.toHaveProperty('default-recovery-system');
  });

  it('tests a system over two boots, during which nothing answers (§10.9, 34)', async () => {
    const device = aDevice({ taskMs: 100, graceMs: 3000, rebootMs: 20_000 });
    const before = device.snapd.bootId();
    const create = { action: 'create', label: 'new', 'test-system': true };
    const waiting = await device.run('/v2/systems', create, 1000);
    expect(waiting).toMatchObject({ status: 'Wait', ready: false });
    expect(waiting.tasks?.map(({ kind, status }) => [kind, status])).toEqual([
      ['create-recovery-system', 'Wait'],
      ['finalize-recovery-system', 'Do'],
    ]);
    expect((await device.get('/v2/snaps')).body.maintenance).toEqual({
      message: 'system is restarting',
      kind: 'system-restart',
      value: { op: 'reboot' },
    });
    await device.clock.advance(3000);
    await expect(device.get('/v2/snaps')).rejects.toMatchObject({ reason: 'ENOENT', mayHaveReachedSnapd: false });
    await device.clock.advance(20_000);
    const candidate = device.snapd.bootId();
    await expect(device.get('/v2/snaps')).rejects.toMatchObject({ reason: 'ENOENT' });
    await device.clock.advance(25_000);
    expect(await device.change(waiting.id)).toMatchObject({ status: 'Done' });
    expect(new Set([before, candidate, device.snapd.bootId()]).size).toBe(3);
    expect(await labels(device)).toEqual(['factory', 'new']);
    expect(device.clock.pendingTimers()).toBe(0);
  });

  it('undoes a system whose test boot fails (§10.34)', async () => {
    const device = aDevice();
    device.snapd.failNextBoot();
    const change = await device.run('/v2/systems', { action: 'create', label: 'new', 'test-system': true }, 1000);
    expect(change).toMatchObject({
      status: 'Error',
      err:
        'cannot perform the following tasks:\n- Finalize recovery system with label "new" ' +
        '(cannot obtain tried recovery systems: no state entry for key "tried-systems")',
      tasks: [{ status: 'Undone' }, { status: 'Error' }],
    });
    expect(await labels(device)).toEqual(['factory']);
  });

  it('downloads the snaps a set wants at other revisions first, though they are listed last', async () => {
    const device = aDevice({ taskMs: 100 });
    device.store.addValidationSet({
      accountId: 'acme',
      name: 'base',
      sequence: 1,
      snaps: [{ name: 'pc-kernel', revision: 2 }],
    });
    const create = { action: 'create', label: 'new', 'validation-sets': ['acme/base=1'] };
    const change = await device.run('/v2/systems', create, 10_000);
    expect(change.status).toBe('Done');
    expect(change.tasks?.map((task) => task.kind)).toEqual([
      'create-recovery-system',
      'download-snap',
      'validate-snap',
    ]);
  });

  it.each([
    [{ action: 'create' }, 400, 'label must be provided in request body for action "create"'],
    [
      { action: 'create', label: 'n', 'validation-sets': ['xx'] },
      400,
      'cannot parse validation sets: cannot parse validation set "xx": expected a single account/name',
    ],
    [
      { action: 'create', label: 'n', 'validation-sets': ['acme/nope'] },
      400,
      'cannot fetch validation sets: validation-set assertion not found',
    ],
    [
      { action: 'create', label: 'factory' },
      500,
      'cannot create recovery system "factory": recovery system "factory" already exists',
    ],
    [{ action: 'do', mode: 'run' }, 400, 'system action requires the system label to be provided'],
    [{ action: 'nope' }, 400, 'unsupported action "nope"'],
  ])('refuses %j', async (json, status, message) => {
    const answer = await aDevice().post('/v2/systems', json);
    expect({ status: answer.status, result: answer.body.result }).toEqual({ status, result: { message } });
  });

  it('is alone: refused while a change runs, and refusing snap operations (§10.16, 17)', async () => {
    const device = aDevice({ taskMs: 1000 });
    await device.post('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    const refused = await device.post('/v2/systems', { action: 'create', label: 'l' });
    expect({ status: refused.status, result: refused.body.result }).toEqual({
      status: 500,
      result: {
        message:
          'cannot create recovery system "l": other changes in progress (conflicting change "refresh-snap"), ' +
          'change "create-recovery-system" not allowed until they are done',
      },
    });
    await device.clock.advance(60_000);
    await device.post('/v2/systems', { action: 'create', label: 'l' });
    expect((await device.post('/v2/snaps/hello', { action: 'revert' })).body).toMatchObject({
      'status-code': 409,
      result: {
        message: 'creating recovery system in progress, no other changes allowed until this is done',
        kind: 'snap-change-conflict',
        value: { 'change-kind': 'create-recovery-system' },
      },
    });
  });

  it('leaves an orphan change behind when the label exists (§5.4)', async () => {
    const device = aDevice();
    await device.post('/v2/systems', { action: 'create', label: 'factory' });
    expect(await device.read('/v2/changes')).toMatchObject([{ status: 'Hold', ready: true }]);
    expect((await device.run('/v2/systems', { action: 'create', label: 'new' })).status).toBe('Done');
  });

  it('fails a bad label in the task', async () => {
    const change = await aDevice().run('/v2/systems', { action: 'create', label: 'Bad_Label' });
    expect(change.err).toContain('(cannot create a recovery system with label "Bad_Label" for acme-box: invalid seed');
  });

  it.each([
    ['current', 'factory', 'cannot remove current recovery system: "factory"'],
    ['default', 'new', 'cannot remove default recovery system: "new"'],
  ])('refuses to remove the %s one within the change (§10.35)', async (_what, label, why) => {
    const device = aDevice();
    await device.run('/v2/systems', { action: 'create', label: 'new', 'mark-default': true });
    const change = await device.run(`/v2/systems/${label}`, { action: 'remove' });
    expect(change.err).toBe(
      `cannot perform the following tasks:\n- Remove recovery system with label "${label}" (${why})`,
    );
  });

  it('removes any other one, and knows no unknown one (§10.35)', async () => {
    const device = aDevice();
    await device.run('/v2/systems', { action: 'create', label: 'new' });
    expect((await device.run('/v2/systems/new', { action: 'remove' })).status).toBe('Done');
    expect(await labels(device)).toEqual(['factory']);
    const { status, body } = await device.post('/v2/systems/new', { action: 'remove' });
    expect({ status, result: body.result }).toEqual({
      status: 404,
      result: { message: '"new" not found: recovery system does not exist' },
    });
  });

  it('reboots on request, after the answer', async () => {
    const device = aDevice();
    const before = device.snapd.bootId();
    expect((await device.post('/v2/systems', { action: 'reboot' })).body.result).toBeNull();
    await device.clock.advance(1);
    expect(device.snapd.bootId()).not.toBe(before);
  });
});
