import { aDevice, type TestDevice } from '../testing/a-device';

const put = async (device: TestDevice, name: string, patch: object): Promise<{ status: string; err?: string }> => {
  const { body } = await device.call('PUT', `/v2/snaps/${name}/conf`, patch);
  return device.change(body.change);
};

describe('configuration', () => {
  it('patches the system with dotted keys and unsets with null', async () => {
    const device = aDevice();
    await put(device, 'system', { 'refresh.retain': 3, refresh: { timer: '4:00' } });
    expect(await device.read('/v2/snaps/system/conf?keys=refresh')).toEqual({ refresh: { retain: 3, timer: '4:00' } });
    await put(device, 'system', { 'refresh.retain': null });
    expect(await device.read('/v2/snaps/core/conf?keys=refresh')).toEqual({ refresh: { timer: '4:00' } });
  });

  it('shows the new values only once the change is done', async () => {
    const device = aDevice({ taskMs: 100 });
    await device.call('PUT', '/v2/snaps/hello/conf', { a: 1 });
    expect(await device.read('/v2/snaps/hello/conf')).toEqual({});
    await device.clock.advance(100);
    expect(await device.read('/v2/snaps/hello/conf')).toEqual({ a: 1 });
  });

  it.each([
    ['system', { 'refresh.retain': 99 }, 'run hook "configure": retain must be a number between 2 and 20, not "99"'],
    ['system', { 'no.such.key': 1 }, 'run hook "configure": cannot set "core.no.such.key": unsupported system option'],
    ['other', { a: 1 }, 'snap "other" has no "configure" hook'],
  ])('fails %s %j in the change and keeps the old values', async (name, patch, why) => {
    const device = aDevice();
    const before = await device.read(`/v2/snaps/${name}/conf`);
    const change = await put(device, name, patch);
    expect(change.status).toBe('Error');
    expect(change.err).toContain(`(${why})`);
    expect(await device.read(`/v2/snaps/${name}/conf`)).toEqual(before);
  });

  it('answers unknown keys and snaps as snapd does', async () => {
    const device = aDevice();
    expect(await device.read('/v2/snaps/system/conf?keys=refresh.nope')).toEqual({
      message: 'snap "core" has no "refresh.nope" configuration option',
      kind: 'option-not-found',
      value: { SnapName: 'core', Key: 'refresh.nope' },
    });
    expect(await device.read('/v2/snaps/nope/conf')).toEqual({});
    expect((await device.call('PUT', '/v2/snaps/nope/conf', { a: 1 })).body.result).toEqual({
      message: 'snap "nope" is not installed',
      kind: 'snap-not-found',
      value: 'nope',
    });
  });
});
