import { aDevice } from '../testing/a-device';

describe('services', () => {
  it('stops, disables and starts a service', async () => {
    const device = aDevice();
    const change = await device.run('/v2/apps', { action: 'stop', names: ['hello.daemon'], disable: true });
    expect(change).toMatchObject({
      kind: 'service-control',
      summary: 'Running service command',
      tasks: [
        { kind: 'service-control', summary: 'Run service command "stop" for services ["daemon"] of snap "hello"' },
      ],
    });
    const [stopped] = await device.read<object[]>('/v2/apps?names=hello');
    expect(stopped).toEqual({ snap: 'hello', name: 'daemon', daemon: 'simple', 'daemon-scope': 'system' });
    await device.run('/v2/apps', { action: 'start', names: ['hello'], enable: true });
    expect(await device.read('/v2/apps?select=service')).toMatchObject([
      { name: 'daemon', active: true, enabled: true },
    ]);
  });

  it.each([
    [[], 400, { message: 'cannot perform operation on services without a list of services to operate on' }],
    [['nope'], 404, { message: 'snap "nope" not found', kind: 'snap-not-found', value: 'nope' }],
  ])('refuses names %j', async (names, status, result) => {
    const answer = await aDevice().post('/v2/apps', { action: 'start', names });
    expect({ status: answer.status, result: answer.body.result }).toEqual({ status, result });
  });

  it('refuses a busy snap, with neither 409 nor a kind', async () => {
    const device = aDevice({ taskMs: 1000 });
    await device.post('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    const { status, body } = await device.post('/v2/apps', { action: 'restart', names: ['hello'] });
    expect({ status, result: body.result }).toEqual({
      status: 400,
      result: { message: 'snap "hello" has "refresh-snap" change in progress' },
    });
  });
});
