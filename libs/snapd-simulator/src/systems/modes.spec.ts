import { A_MODEL, aDevice, type TestDevice } from '../testing/a-device';

const MINUTE = 60_000;

const boot = async (device: TestDevice, label: string, body: object): Promise<void> => {
  const path = label === '' ? '/v2/systems' : `/v2/systems/${label}`;
  expect(await device.post(path, body)).toMatchObject({ status: 200, body: { result: null } });
  await device.clock.advance(MINUTE);
};

const modeOf = async (device: TestDevice): Promise<unknown> => (await device.read('/v2/system-info'))['system-mode'];

const modesOf = async (device: TestDevice): Promise<string[]> => {
  const { systems } = await device.read<{ systems: { current?: boolean; actions: { mode: string }[] }[] }>(
    '/v2/systems',
  );
  return systems.find((system) => system.current)!.actions.map((action) => action.mode);
};

describe('modes of a system (§5.1, §5.3)', () => {
  it('has a state of its own in recover mode, and is back where it was in run mode', async () => {
    const device = aDevice({ rebootMs: 1000 });
    await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    await boot(device, 'factory', { action: 'do', mode: 'recover' });
    expect(await modeOf(device)).toBe('recover');
    expect(await modesOf(device)).toEqual(['install', 'factory-reset', 'run']);
    expect(await device.read('/v2/changes?select=all')).toEqual([]);
    expect(await device.revisions()).toMatchObject({ hello: '1' });
    await boot(device, 'factory', { action: 'do', mode: 'run' });
    expect(await modeOf(device)).toBe('run');
    expect(await device.change('1')).toMatchObject({ kind: 'refresh-snap', status: 'Done' });
    expect(await device.revisions()).toMatchObject({ hello: '3' });
  });

  it('comes back to run mode after a power cut in recover mode', async () => {
    const device = aDevice();
    await boot(device, '', { action: 'reboot', mode: 'recover' });
    device.snapd.reboot({ abrupt: true });
    await device.clock.advance(MINUTE);
    expect(await modeOf(device)).toBe('run');
  });

  it('keeps the systems of the seed over a factory reset, and installs the one it was asked for', async () => {
    const device = aDevice();
    await device.run('/v2/systems', { action: 'create', label: 'other', 'mark-default': false });
    await device.run('/v2/snaps/fresh', { action: 'install' });
    const before = device.snapd.bootId();
    await boot(device, 'other', { action: 'do', mode: 'factory-reset' });
    expect(device.snapd.bootId()).not.toBe(before);
    expect(await modeOf(device)).toBe('run');
    expect(await device.read('/v2/systems')).toMatchObject({
      systems: [{ label: 'factory' }, { label: 'other', current: true, 'default-recovery-system': true }],
    });
    expect(await device.revisions()).not.toHaveProperty('fresh');
    expect(await device.read('/v2/notices')).toEqual([]);
  });

  it('is of the model of the system it is installed from', async () => {
    const device = aDevice();
    await device.run('/v2/model', { 'new-model': A_MODEL.replace('series: 16', 'revision: 1\nseries: 16') }, MINUTE);
    expect((await device.get('/v2/model')).text).toContain('revision: 1');
    await boot(device, 'factory', { action: 'do', mode: 'install' });
    expect((await device.get('/v2/model')).text).not.toContain('revision: 1');
  });

  it('seeds and registers again where it did so at first', async () => {
    const device = aDevice({ firstBoot: true, rebootMs: 100 });
    await device.clock.advance(MINUTE);
    device.snapd.factoryReset();
    await device.clock.advance(MINUTE);
    const changes = await device.read<{ id: string; kind: string; status: string }[]>('/v2/changes?select=all');
    expect(changes.map(({ id, kind, status }) => [id, kind, status]).sort()).toEqual([
      ['1', 'seed', 'Done'],
      ['2', 'become-operational', 'Done'],
    ]);
    expect((await device.get('/v2/model/serial')).status).toBe(200);
  });

  it('refuses operations until it is seeded (§10.18), and has no serial until it is registered (§10.39)', async () => {
    const device = aDevice({ firstBoot: true, taskMs: 1000 });
    expect((await device.post('/v2/snaps/hello', { action: 'refresh' })).body.result).toEqual({
      message: 'too early for operation, device not yet seeded or device model not acknowledged',
      kind: 'snap-change-conflict',
      value: { 'change-kind': 'seed' },
    });
    expect((await device.get('/v2/model/serial')).body.result).toEqual({
      message: 'no serial assertion yet',
      kind: 'assertion-not-found',
      value: 'serial',
    });
  });

  it('asks for its serial again and again while it gets none (§3.5)', async () => {
    const device = aDevice({ firstBoot: true });
    device.store.unreachable = true;
    await device.clock.advance(11 * MINUTE);
    const changes = await device.read<{ kind: string; status: string }[]>('/v2/changes?select=all');
    expect(changes.filter(({ kind }) => kind === 'become-operational').map(({ status }) => status)).toEqual([
      'Error',
      'Error',
      'Error',
    ]);
    device.store.unreachable = false;
    await device.clock.advance(5 * MINUTE);
    expect((await device.get('/v2/model/serial')).status).toBe(200);
  });

  it.each([
    ['do', { action: 'do', mode: 'nope' }],
    ['reboot', { action: 'reboot', mode: 'nope' }],
  ])('refuses to %s into what the system does not offer', async (_action, body) => {
    expect(await aDevice().post('/v2/systems/factory', body)).toMatchObject({
      status: 400,
      body: { result: { message: 'requested action is not supported by system "factory"' } },
    });
  });

  it('does nothing when asked for what runs already', async () => {
    const device = aDevice();
    const before = device.snapd.bootId();
    await boot(device, 'factory', { action: 'do', mode: 'run' });
    expect(device.snapd.bootId()).toBe(before);
  });

  it('removes neither the last nor any system while something else is at work (§5.6)', async () => {
    const device = aDevice({ systems: [{ label: 'only' }] });
    const change = await device.run('/v2/systems/only', { action: 'remove' });
    expect(change.err).toContain('(cannot remove last recovery system: "only")');
    const busy = aDevice({ taskMs: 1000 });
    await busy.post('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    expect(await busy.post('/v2/systems/factory', { action: 'remove' })).toMatchObject({
      status: 500,
      body: {
        result: { message: expect.stringMatching(/^cannot remove recovery system "factory": other changes in/) },
      },
    });
  });
});
