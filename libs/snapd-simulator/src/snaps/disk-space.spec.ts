import { aDevice } from '../testing/a-device';

const EDGE = { action: 'refresh', channel: 'edge' };

describe('a full disk (§10.19)', () => {
  it('is refused at once where snapd looks for space first', async () => {
    const device = aDevice();
    await device.call('PUT', '/v2/snaps/system/conf', { 'experimental.check-disk-space-refresh': true });
    device.snapd.fillDisk();
    const { status, body } = await device.post('/v2/snaps/hello', EDGE);
    expect(status).toBe(507);
    expect(body).toMatchObject({
      status: 'Insufficient Storage',
      result: {
        kind: 'insufficient-disk-space',
        value: { 'snap-names': ['hello'], 'change-kind': 'refresh-snap' },
      },
    });
  });

  it('fails the task that writes otherwise, and what was done is undone', async () => {
    const device = aDevice();
    device.snapd.fillDisk();
    const change = await device.run('/v2/snaps/hello', EDGE);
    expect(change.status).toBe('Error');
    expect(change.err).toContain('(write /var/lib/snapd/snaps/hello: no space left on device)');
    expect(await device.revisions()).toMatchObject({ hello: '1' });
    await device.snapd.clearFaults();
    expect(await device.run('/v2/snaps/hello', EDGE)).toMatchObject({ status: 'Done' });
  });
});
