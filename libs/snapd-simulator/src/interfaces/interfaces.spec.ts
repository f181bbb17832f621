import { aDevice, aStore, type TestDevice } from '../testing/a-device';

/** A device whose snap `netty` has plugs that connect by themselves and one that does not. */
async function aNettyDevice(): Promise<TestDevice> {
  const store = aStore();
  const plugs = { network: 'network', observe: 'snap-refresh-observe' };
  store.addSnap({
    name: 'netty',
    base: 'core24',
    plugs,
    revisions: [{ revision: 1 }, { revision: 2 }],
    channels: { stable: 1, edge: 2 },
  });
  const device = aDevice({ store });
  await device.run('/v2/snaps/netty', { action: 'install' });
  return device;
}

const NETWORK = { plugs: [{ snap: 'netty', plug: 'network' }], slots: [{ snap: 'snapd', slot: 'network' }] };

interface Connections {
  established: { plug: object; manual?: boolean }[];
  undesired?: object[];
  plugs: { plug: string }[];
}

describe('connections', () => {
  it('are made by the install for what connects by itself', async () => {
    const device = await aNettyDevice();
    const all = await device.read<Connections>('/v2/connections?snap=netty&select=all');
    expect(all.established).toEqual([
      { plug: { snap: 'netty', plug: 'network' }, slot: { snap: 'snapd', slot: 'network' }, interface: 'network' },
    ]);
    expect(all.plugs.map(({ plug }) => plug)).toEqual(['network', 'observe']);
  });

  it('stay undone after a refresh when a person undid them, and come back once that is forgotten', async () => {
    const device = await aNettyDevice();
    await device.run('/v2/interfaces', { action: 'disconnect', ...NETWORK });
    await device.run('/v2/snaps/netty', { action: 'refresh', channel: 'edge' });
    expect(await device.read('/v2/connections?select=all&interface=network')).toMatchObject({
      established: [],
      undesired: [{ interface: 'network' }],
    });
    await device.run('/v2/interfaces', { action: 'disconnect', forget: true, ...NETWORK });
    const change = await device.run('/v2/snaps/netty', { action: 'revert' });
    expect(change.tasks?.map(({ summary }) => summary)).toContain('Connect netty:network to snapd:network');
  });

  it('made by hand say so, and once more is a change without tasks', async () => {
    const device = await aNettyDevice();
    const observe = {
      action: 'connect',
      plugs: [{ snap: 'netty', plug: 'observe' }],
      slots: [{ snap: 'system', slot: '' }],
    };
    expect((await device.run('/v2/interfaces', observe)).tasks).toHaveLength(1);
    const { established } = await device.read<Connections>('/v2/connections?interface=snap-refresh-observe');
    expect(established).toMatchObject([{ manual: true }]);
    expect(await device.run('/v2/interfaces', observe)).toMatchObject({ kind: 'connect-snap', status: 'Done' });
  });

  it('go with the snap that is removed', async () => {
    const device = await aNettyDevice();
    const change = await device.run('/v2/snaps/netty', { action: 'remove' });
    expect(change.tasks?.at(-1)).toMatchObject({ kind: 'disconnect', data: { 'affected-snaps': ['netty', 'snapd'] } });
    expect(await device.read<Connections>('/v2/connections')).toMatchObject({ established: [], plugs: [] });
  });

  it.each([
    [
      { ...NETWORK, action: 'connect', slots: [{ snap: 'snapd', slot: 'home' }] },
      400,
      'cannot connect netty:network ("network" interface) to snapd:home ("home" interface)',
    ],
    [
      { ...NETWORK, action: 'connect', plugs: [{ snap: 'netty', plug: 'no' }] },
      400,
      'snap "netty" has no plug named "no"',
    ],
    [
      { ...NETWORK, action: 'disconnect', slots: [{ snap: 'snapd', slot: 'home' }] },
      400,
      'cannot disconnect netty:network from snapd:home, it is not connected',
    ],
    [{ action: 'connect', plugs: [{}, {}], slots: [{}] }, 501, 'many-to-many operations are not implemented'],
  ])('refuse %j', async (action, status, message) => {
    const answer = await (await aNettyDevice()).post('/v2/interfaces', action);
    expect({ status: answer.status, result: answer.body.result }).toEqual({ status, result: { message } });
  });

  it('have nothing to do where a snap has none', async () => {
    const device = aDevice();
    const { body } = await device.post('/v2/interfaces', {
      action: 'disconnect',
      plugs: [{ snap: 'hello', plug: '' }],
      slots: [{ snap: '', slot: '' }],
    });
    expect(body.result).toEqual({ message: 'nothing to do', kind: 'interfaces-unchanged' });
  });
});

describe('the socket of snaps', () => {
  const OBSERVE = {
    action: 'connect',
    plugs: [{ snap: 'netty', plug: 'observe' }],
    slots: [{ snap: 'snapd', slot: 'snap-refresh-observe' }],
  };

  it('lets a snap with the connected interface read what that opens, and nothing else (§10.7)', async () => {
    const device = await aNettyDevice();
    const ask = (path: string) => device.send({ method: 'GET', path }, { uid: 1000, snap: 'netty' });
    expect((await ask('/v2/snaps')).status).toBe(403);
    await device.run('/v2/interfaces', OBSERVE);
    expect((await ask('/v2/snaps')).status).toBe(200);
    expect(await ask('/v2/systems')).toMatchObject({
      status: 403,
      body: { result: { message: 'access denied', kind: 'login-required' } },
    });
  });

  it('shows it only the notices that its interfaces open', async () => {
    const device = await aNettyDevice();
    await device.run('/v2/interfaces', OBSERVE);
    device.snapd.addNotice('interfaces-requests-prompt', '1');
    const ask = (path: string) => device.send({ method: 'GET', path }, { uid: 1000, snap: 'netty' });
    const types = ((await ask('/v2/notices')).body.result as { type: string }[]).map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(['change-update']));
    expect((await ask('/v2/notices?types=interfaces-requests-prompt')).body.result).toEqual({
      message: 'snap cannot access specified notice types',
      kind: 'login-required',
    });
    const [prompt] = await device.read<{ id: string }[]>('/v2/notices?types=interfaces-requests-prompt');
    expect((await ask(`/v2/notices/${prompt?.id}`)).status).toBe(403);
  });

  it('refuses what is open on the other socket, which refuses snapctl (§10.6)', async () => {
    const device = await aNettyDevice();
    expect((await device.send({ method: 'GET', path: '/v2/model' }, { snap: 'netty' })).status).toBe(403);
    expect((await device.post('/v2/snapctl', { args: ['get', 'a'] })).status).toBe(403);
  });

  it('answers snapctl, with status 200 for a command that fails', async () => {
    const device = await aNettyDevice();
    await device.call('PUT', '/v2/snaps/netty/conf', { a: { b: 'c' } });
    const snapctl = (...args: string[]) =>
      device.send(
        { method: 'POST', path: '/v2/snapctl', body: JSON.stringify({ 'context-id': '', args }) },
        { snap: 'netty' },
      );
    expect((await snapctl('get', 'a.b')).body.result).toEqual({ stdout: 'c\n', stderr: '' });
    expect((await snapctl('is-connected', 'network')).status).toBe(200);
    expect(await snapctl('is-connected', 'observe')).toMatchObject({
      status: 200,
      body: { type: 'error', result: { kind: 'unsuccessful', value: { 'exit-code': 1 } } },
    });
  });
});
