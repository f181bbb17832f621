import { aDevice, type TestDevice } from '../testing/a-device';

const put = (device: TestDevice, conf: object) => device.call('PUT', '/v2/snaps/hello/conf', conf);

async function aSavedDevice(): Promise<TestDevice> {
  const device = aDevice();
  await put(device, { colour: 'red' });
  await device.run('/v2/snaps', { action: 'snapshot', snaps: ['hello', 'other'] });
  return device;
}

describe('snapshots', () => {
  it('bring a snap’s configuration back', async () => {
    const device = await aSavedDevice();
    await put(device, { colour: 'blue' });
    const change = await device.run('/v2/snapshots', { action: 'restore', set: 1, snaps: ['hello'] });
    expect(change).toMatchObject({ summary: 'Restore of snapshot set #1 for snaps "hello"', status: 'Done' });
    expect(await device.read('/v2/snaps/hello/conf')).toEqual({ colour: 'red' });
  });

  it('travel to another device as one file', async () => {
    const device = await aSavedDevice();
    const { headers, text } = await device.get('/v2/snapshots/1/export');
    expect(headers['content-type']).toBe('application/x.snapd.snapshot');
    const other = aDevice();
    const imported = await other.send({
      method: 'POST',
      path: '/v2/snapshots',
      headers: { 'Content-Type': 'application/x.snapd.snapshot' },
      body: text,
    });
    expect(imported.body.result).toEqual({ 'set-id': 1, snaps: ['hello', 'other'] });
    await other.run('/v2/snapshots', { action: 'restore', set: 1 });
    expect(await other.read('/v2/snaps/hello/conf')).toEqual({ colour: 'red' });
  });

  it('are forgotten snap by snap, the set with the last', async () => {
    const device = await aSavedDevice();
    await device.run('/v2/snapshots', { action: 'forget', set: 1, snaps: ['hello'] });
    expect(await device.read('/v2/snapshots')).toMatchObject([{ id: 1, snapshots: [{ snap: 'other' }] }]);
    await device.run('/v2/snapshots', { action: 'forget', set: 1 });
    expect(await device.read('/v2/snapshots')).toEqual([]);
  });

  it('are made of what is removed only where that is configured, on Core', async () => {
    const device = aDevice();
    const removed = await device.run('/v2/snaps/other', { action: 'remove' });
    expect(removed.tasks?.map(({ kind }) => kind)).not.toContain('save-snapshot');
    await device.call('PUT', '/v2/snaps/system/conf', { 'snapshots.automatic.retention': '24h' });
    await device.run('/v2/snaps/hello', { action: 'remove' });
    expect(await device.read('/v2/snapshots')).toMatchObject([{ snapshots: [{ snap: 'hello', auto: true }] }]);
  });

  it.each([
    [
      { action: 'check', set: 1, snaps: ['no'] },
      404,
      'no snapshot for the requested snaps found in the set with the given ID',
    ],
    [{ action: 'forget', set: 1, users: ['a'] }, 400, 'snapshot "forget" operation cannot specify users'],
    [{ set: 1 }, 400, 'snapshot operation requires action'],
  ])('refuse %j', async (action, status, message) => {
    const answer = await (await aSavedDevice()).post('/v2/snapshots', action);
    expect({ status: answer.status, result: answer.body.result }).toEqual({ status, result: { message } });
  });

  it('refuse a file that is no export, and a snap that is not there', async () => {
    const device = aDevice();
    const headers = { 'Content-Type': 'application/x.snapd.snapshot' };
    const answer = await device.send({ method: 'POST', path: '/v2/snapshots', headers, body: 'x' });
    expect(answer.body.result).toEqual({
      message: 'cannot import snapshot 1: cannot read snapshot import: unexpected EOF',
    });
    const { body } = await device.post('/v2/snaps', { action: 'snapshot', snaps: ['no'] });
    expect(body.result).toEqual({ message: 'snap "no" is not installed', kind: 'snap-not-installed', value: 'no' });
  });
});
