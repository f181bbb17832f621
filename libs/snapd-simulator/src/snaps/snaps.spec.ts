import { aDevice, type TestDevice } from '../testing/a-device';

const refusal = async (device: TestDevice, path: string, json: unknown): Promise<unknown> => {
  const { status, body } = await device.post(path, json);
  return { status, ...(body.result as object) };
};

describe('snaps', () => {
  it.each([
    // §10.11
    [
      'fresh2',
      { action: 'install' },
      { status: 404, message: 'snap not found', kind: 'snap-not-found', value: 'fresh2' },
    ],
    // §10.12
    [
      'hello',
      { action: 'install' },
      {
        status: 400,
        message: 'snap "hello" is already installed',
        kind: 'snap-already-installed',
        value: { snaps: ['hello'] },
      },
    ],
    // §10.13
    [
      'nope',
      { action: 'remove' },
      { status: 400, message: 'snap "nope" is not installed', kind: 'snap-not-installed', value: 'nope' },
    ],
    // §10.14
    [
      'hello',
      { action: 'refresh' },
      { status: 400, message: 'snap has no updates available', kind: 'snap-no-update-available', value: '' },
    ],
    ['nope', { action: 'refresh' }, { status: 400, message: 'cannot refresh "nope": snap "nope" is not installed' }],
    [
      'nope',
      { action: 'hold', time: 'forever', 'hold-level': 'general' },
      { status: 400, message: 'cannot hold "nope": snap "nope" is not installed' },
    ],
    ['hello', { action: 'revert' }, { status: 400, message: 'cannot revert "hello": no revision to revert to' }],
    ['hello', { action: 'dance' }, { status: 400, message: 'unknown action dance' }],
    [
      'hello',
      { action: 'refresh', revision: 'zz' },
      {
        status: 400,
        message: 'cannot decode request body into snap instruction: invalid snap revision: "\\"zz\\""',
      },
    ],
    [
      'hello',
      { action: 'refresh', revision: 7 },
      {
        status: 404,
        message: 'no snap revision available as specified',
        kind: 'snap-revision-not-available',
        value: 'hello',
      },
    ],
    [
      'hello',
      { action: 'refresh', channel: 'a/b/c/d' },
      { status: 400, message: 'channel name has too many components: a/b/c/d' },
    ],
    [
      'hello',
      { action: 'refresh', transaction: 'per-package' },
      { status: 400, message: 'invalid value for transaction type: per-package' },
    ],
    [
      'hello',
      { action: 'remove', transaction: 'per-snap' },
      { status: 400, message: 'transaction type is unsupported for "remove" actions' },
    ],
    [
      'hello',
      { action: 'revert', 'cohort-key': 'x' },
      { status: 400, message: 'cohort-key can only be specified for install, refresh, or switch' },
    ],
    [
      'hello',
      { action: 'hold', time: 'forever' },
      { status: 400, message: 'hold action requires a non-empty hold-level value' },
    ],
    [
      'core24',
      { action: 'remove' },
      { status: 400, message: 'cannot remove "core24": snap "core24" is not removable: snap is used by the model' },
    ],
  ])('answers %s %j with the refusal snapd has for it', async (name, json, expected) => {
    expect(await refusal(aDevice(), `/v2/snaps/${name}`, json)).toEqual(expected);
  });

  it.each([
    [{ action: 'revert', snaps: ['x'] }, 'unsupported multi-snap operation "revert"'], // §10.20
    [{ action: 'refresh', snaps: ['hello'], channel: 'edge' }, 'unsupported option provided for multi-snap operation'], // §10.21
    [{ action: 'install' }, 'cannot install: cannot install zero snaps'],
    [{ action: 'remove' }, 'cannot remove: cannot remove zero snaps'],
    [{ action: 'refresh', snaps: ['nope'] }, 'cannot refresh "nope": snap "nope" is not installed'],
    [
      { action: 'hold', time: 'forever', 'hold-level': 'general' },
      'cannot hold: holding general refreshes for all snaps is not supported',
    ],
    [
      { action: 'refresh', snaps: ['hello'], 'validation-sets': ['acme/base'] },
      'cannot refresh "hello": snap names cannot be specified with validation sets to enforce',
    ],
  ])('refuses %j for several snaps', async (json, message) => {
    expect(await refusal(aDevice(), '/v2/snaps', json)).toEqual({ status: 400, message });
  });

  it.each([
    [{ action: 'refresh', snaps: ['hello'] }, 'refresh-snap', 'Refresh snaps "hello": no updates'],
    [{ action: 'refresh' }, 'refresh-snap', 'Refresh all snaps: no updates'],
    [{ action: 'remove', snaps: ['nope'] }, 'remove-snap', 'Remove snap "nope"'],
    [{ action: 'unhold', snaps: ['nope'] }, 'unhold-snap', 'Remove refresh hold on "nope"'],
  ])('does %j at once, without tasks (§10.14)', async (json, kind, summary) => {
    const change = await aDevice({ taskMs: 1000 }).run('/v2/snaps', json);
    expect(change).toMatchObject({ kind, summary, status: 'Done', ready: true });
    expect(change).not.toHaveProperty('tasks');
  });

  it('installs, and removes again with its configuration', async () => {
    const device = aDevice();
    expect(await device.run('/v2/snaps', { action: 'install', snaps: ['fresh', 'hello'] })).toMatchObject({
      summary: 'Install snaps "fresh", "hello"',
      status: 'Done',
      data: { 'snap-names': ['fresh'] },
    });
    expect((await device.revisions()).fresh).toBe('2');
    expect((await device.run('/v2/snaps/fresh', { action: 'remove' })).summary).toBe('Remove "fresh" snap');
    expect(await device.read('/v2/snaps/fresh')).toEqual({
      message: 'snap not installed',
      kind: 'snap-not-found',
      value: 'fresh',
    });
  });

  it('passes over held snaps when all are refreshed, and refreshes them when named', async () => {
    const device = aDevice();
    device.store.release('hello', 2, ['stable']);
    await device.run('/v2/snaps/hello', { action: 'hold', time: 'forever', 'hold-level': 'general' });
    expect((await device.read('/v2/snaps/hello')).hold).toEqual(expect.stringMatching(/^23/));
    expect((await device.run('/v2/snaps', { action: 'refresh' })).summary).toBe('Refresh all snaps: no updates');
    const { summary } = await device.run('/v2/snaps', { action: 'refresh', snaps: ['hello'] });
    expect({ summary, revision: (await device.revisions()).hello }).toEqual({
      summary: 'Refresh "hello" snap',
      revision: '2',
    });
  });

  it('goes back to the revision before, and stays there when all snaps are refreshed', async () => {
    const device = aDevice();
    device.store.release('hello', 2, ['stable']);
    await device.run('/v2/snaps', { action: 'refresh' });
    expect((await device.run('/v2/snaps/hello', { action: 'revert' })).summary).toBe('Revert "hello" snap');
    expect((await device.revisions()).hello).toBe('1');
    expect((await device.run('/v2/snaps', { action: 'refresh' })).summary).toBe('Refresh all snaps: no updates');
    await device.run('/v2/snaps/hello', { action: 'refresh' });
    expect((await device.revisions()).hello).toBe('2');
  });

  it('keeps as many revisions as refresh.retain says and shows each with select=all', async () => {
    const device = aDevice();
    await device.call('PUT', '/v2/snaps/system/conf', { refresh: { retain: 2 } });
    for (const revision of [2, 3]) await device.run('/v2/snaps/hello', { action: 'refresh', revision });
    const all = await device.read<{ name: string; revision: string; status: string }[]>('/v2/snaps?select=all');
    const hello = all.filter((snap) => snap.name === 'hello').map(({ revision, status }) => [revision, status]);
    expect(hello).toEqual([
      ['2', 'installed'],
      ['3', 'active'],
    ]);
  });

  it('switches channel and cohort without touching the revision', async () => {
    const device = aDevice();
    const change = await device.run('/v2/snaps/hello', { action: 'switch', channel: 'edge', 'cohort-key': 'key' });
    expect(change.summary).toBe('Switch "hello" snap to channel "latest/edge"');
    expect(await device.read('/v2/snaps/hello')).toMatchObject({
      'tracking-channel': 'latest/edge',
      'cohort-key': 'key',
      revision: '1',
    });
  });

  it('disables and enables', async () => {
    const device = aDevice();
    await device.run('/v2/snaps/hello', { action: 'disable' });
    expect(await device.read('/v2/snaps/hello')).toMatchObject({ status: 'installed' });
    expect(await device.revisions()).toHaveProperty('hello');
    await device.run('/v2/snaps/hello', { action: 'enable' });
    expect(await device.read('/v2/snaps/hello')).toMatchObject({ status: 'active' });
  });

  it('fails without a kind while the store cannot be reached', async () => {
    const device = aDevice();
    device.store.unreachable = true;
    expect(await refusal(device, '/v2/snaps/fresh', { action: 'install' })).toEqual({
      status: 400,
      message: expect.stringMatching(
        /^cannot install "fresh": Post ".*": dial tcp: lookup .*: no such host$/,
      ) as string,
    });
  });

  it('is too early for anything before seeding (§10.18)', async () => {
    expect(await refusal(aDevice({ seeded: false }), '/v2/snaps', { action: 'refresh' })).toEqual({
      status: 409,
      message: 'too early for operation, device not yet seeded or device model not acknowledged',
      kind: 'snap-change-conflict',
      value: { 'change-kind': 'seed' },
    });
  });

  it('sees no later release while it follows a cohort', async () => {
    const device = aDevice();
    device.store.release('hello', 2, ['stable']);
    const { body } = await device.post('/v2/cohorts', { action: 'create', snaps: ['hello'] });
    const key = (body.result as Record<string, string>).hello;
    device.store.release('hello', 3, ['stable']);
    await device.run('/v2/snaps/hello', { action: 'refresh', 'cohort-key': key });
    expect(await device.read('/v2/snaps/hello')).toMatchObject({ revision: '2', 'cohort-key': key });
    await device.run('/v2/snaps/hello', { action: 'refresh', 'leave-cohort': true });
    expect(await device.revisions()).toMatchObject({ hello: '3' });
  });
});
