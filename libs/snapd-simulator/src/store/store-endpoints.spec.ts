import { aDevice } from '../testing/a-device';

describe('what is asked of the store', () => {
  it('finds snaps by words and by name, and what could be refreshed', async () => {
    const device = aDevice();
    const named = await device.get('/v2/find?name=hello');
    expect(named.body).toMatchObject({
      sources: ['store'],
      'suggested-currency': 'USD',
      result: [{ name: 'hello', status: 'available', channels: { 'latest/edge': { revision: '3' } } }],
    });
    expect((await device.get('/v2/find?name=no')).body.result).toMatchObject({ kind: 'snap-not-found', value: 'no' });
    expect(await device.read('/v2/find?q=fre')).toMatchObject([{ name: 'fresh' }]);
    expect(await device.read('/v2/find?select=refresh')).toEqual([]);
    device.store.release('other', 2, ['stable']);
    expect(await device.read('/v2/find?select=refresh')).toMatchObject([{ name: 'other', revision: '2' }]);
  });

  it('downloads a snap, and goes on where a range says', async () => {
    const device = aDevice();
    const ask = (more: object, headers: Record<string, string> = {}) => {
      const body = JSON.stringify({ 'snap-name': 'hello', revision: '3', ...more });
      return device.send({ method: 'POST', path: '/v2/download', headers, body });
    };
    const whole = await ask({});
    expect(whole.text).toHaveLength(9_437_184);
    expect(whole.headers).toMatchObject({ 'snap-length': '9437184' });
    const range = { range: 'bytes=9437180-' };
    const rest = await ask({ 'resume-token': whole.headers['snap-download-token'] }, range);
    expect(rest).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 9437180-9437183/9437184' } });
    expect(rest.text).toHaveLength(4);
    expect((await ask({ 'header-peek': true })).text).toBe('');
    expect((await ask({}, range)).body.result).toEqual({ message: 'cannot resume without a token' });
  });

  it('makes cohorts and installs themes', async () => {
    const device = aDevice();
    device.store.addSnap({ name: 'gtk-theme-x', revisions: [{ revision: 1 }], channels: { stable: 1 } });
    const cohorts = await device.post('/v2/cohorts', { action: 'create', snaps: ['hello'] });
    expect(cohorts.body.result).toEqual({ hello: expect.any(String) as string });
    expect(await device.read('/v2/accessories/themes?gtk-theme=x&icon-theme=y')).toEqual({
      'gtk-themes': { x: 'available' },
      'icon-themes': { y: 'unavailable' },
      'sound-themes': {},
    });
    const { body } = await device.post('/v2/accessories/themes', { 'gtk-themes': ['x'] });
    expect(await device.read(`/v2/accessories/changes/${body.change}`)).toMatchObject({
      kind: 'install-themes',
      status: 'Done',
    });
    const none = await device.post('/v2/accessories/themes', { 'icon-themes': ['y'] });
    expect(none.body.result).toEqual({ message: 'no snaps to install' });
  });
});
