import type { SimulatedSnapdOptions } from '../options';
import { aDevice, type ShownChange, type TestDevice } from '../testing/a-device';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const aSelfRefreshing = (options: Partial<SimulatedSnapdOptions> = {}): TestDevice => {
  const device = aDevice({ autoRefresh: true, ...options });
  device.store.release('hello', 2, ['stable']);
  return device;
};

const changesOf = async (device: TestDevice, kind: string): Promise<ShownChange[]> => {
  const changes = await device.read<ShownChange[]>('/v2/changes?select=all');
  return changes.filter((change) => change.kind === kind).sort((a, b) => Number(a.id) - Number(b.id));
};

const configure = (device: TestDevice, refresh: Record<string, unknown>) =>
  device.call('PUT', '/v2/snaps/system/conf', { refresh });

describe('auto-refresh', () => {
  it('refreshes by itself within the next window of refresh.timer, and only once', async () => {
    const device = aSelfRefreshing();
    await device.clock.advance(6 * HOUR);
    expect(await device.revisions()).toMatchObject({ hello: '2' });
    expect(await changesOf(device, 'auto-refresh')).toMatchObject([
      { summary: 'Auto-refresh snap "hello"', status: 'Done', data: { 'snap-names': ['hello'] } },
    ]);
    await device.clock.advance(2 * DAY - 6 * HOUR - 1);
    expect(await device.revisions()).toMatchObject({ hello: '2' });
  });

  it('holds one timer, and none without the option', () => {
    expect(aSelfRefreshing().clock.pendingTimers()).toBe(1);
    expect(aDevice().clock.pendingTimers()).toBe(0);
  });

  it.each([
    ['refresh.hold is forever', { hold: 'forever' }],
    ['the timer is managed', { timer: 'managed' }],
  ])('refreshes nothing while %s', async (_why, refresh) => {
    const device = aSelfRefreshing();
    await configure(device, refresh);
    await device.clock.advance(7 * DAY);
    expect(await device.revisions()).toMatchObject({ hello: '1' });
  });

  it('passes over snaps held at either level', async () => {
    const device = aSelfRefreshing();
    await device.post('/v2/snaps', { action: 'hold', snaps: ['hello'], time: 'forever', 'hold-level': 'auto-refresh' });
    await device.clock.advance(DAY);
    expect(await device.revisions()).toMatchObject({ hello: '1' });
    await device.post('/v2/snaps', { action: 'unhold', snaps: ['hello'] });
    await device.clock.advance(DAY);
    expect(await device.revisions()).toMatchObject({ hello: '2' });
  });

  it('tries again when the store could not be reached', async () => {
    const device = aSelfRefreshing();
    device.store.unreachable = true;
    await device.clock.advance(DAY);
    device.store.unreachable = false;
    await device.clock.advance(20 * 60_000);
    expect(await device.revisions()).toMatchObject({ hello: '2' });
  });

  it('names the snaps it failed at, counts the failures and stays away for a while', async () => {
    const device = aSelfRefreshing();
    device.snapd.failTask('run-hook:post-refresh', 'hello', { times: 1 });
    await device.clock.advance(6 * HOUR);
    expect(await changesOf(device, 'auto-refresh')).toMatchObject([
      { status: 'Error', data: { 'refresh-failed': ['hello'] } },
    ]);
    expect(await device.read('/v2/snaps/hello')).toMatchObject({
      revision: '1',
      'refresh-failures': { revision: '2', 'failure-count': 1 },
    });
    await device.clock.advance(6 * HOUR);
    expect(await changesOf(device, 'auto-refresh')).toHaveLength(1);
    await device.clock.advance(6 * HOUR);
    expect(await device.read('/v2/snaps/hello')).toMatchObject({ revision: '2' });
    expect(await device.read('/v2/snaps/hello')).not.toHaveProperty('refresh-failures');
  });

  it('fetches what running apps hold up, tells of it, and goes on when they end', async () => {
    const device = aSelfRefreshing();
    device.snapd.startApp('hello', 'shell');
    await device.clock.advance(6 * HOUR);
    expect(await changesOf(device, 'pre-download')).toMatchObject([
      { summary: 'Pre-download "hello" for auto-refresh', status: 'Done' },
    ]);
    expect(await device.read('/v2/notices?types=refresh-inhibit')).toMatchObject([{ key: '-', occurrences: 1 }]);
    expect(await device.read('/v2/snaps?select=refresh-inhibited')).toMatchObject([
      { name: 'hello', 'refresh-inhibit': { 'proceed-time': expect.any(String) } },
    ]);
    expect((await device.post('/v2/snaps/hello', { action: 'refresh' })).body.result).toEqual({
      message: 'cannot refresh "hello": snap "hello" has running apps (shell)',
    });
    device.snapd.stopApp('hello', 'shell');
    await device.clock.advance(1);
    expect(await device.revisions()).toMatchObject({ hello: '2' });
    expect(await device.read('/v2/snaps?select=refresh-inhibited')).toEqual([]);
  });

  it('keeps nobody from the snap while it fetches, except what must be alone (§1.5)', async () => {
    const device = aSelfRefreshing();
    device.snapd.slowTask('pre-download-snap', HOUR);
    device.snapd.startApp('hello', 'shell');
    while ((await changesOf(device, 'pre-download')).length === 0) await device.clock.advance(60_000);
    expect((await device.post('/v2/systems', { action: 'create', label: 'l' })).status).toBe(500);
    const named = { action: 'refresh', 'ignore-running': true };
    expect((await device.post('/v2/snaps/hello', named)).status).toBe(202);
  });

  it('is forced when the apps had their fourteen days', async () => {
    const device = aSelfRefreshing();
    device.snapd.startApp('hello', 'shell');
    await device.clock.advance(15 * DAY);
    expect(await device.revisions()).toMatchObject({ hello: '2' });
    expect((await changesOf(device, 'auto-refresh')).at(-1)).toMatchObject({ data: { 'refresh-forced': ['hello'] } });
  });

  it('takes a newer sequence of a set that is not pinned, and the revisions it asks for', async () => {
    const device = aSelfRefreshing();
    const snaps = (revision: number) => [{ name: 'other', revision }];
    device.store.addValidationSet({ accountId: 'acme', name: 'vs', sequence: 1, snaps: snaps(1) });
    await device.post('/v2/validation-sets/acme/vs', { action: 'apply', mode: 'enforce' });
    device.store.addValidationSet({ accountId: 'acme', name: 'vs', sequence: 2, snaps: snaps(2) });
    await device.clock.advance(6 * HOUR);
    expect(await device.revisions()).toMatchObject({ other: '2' });
    expect(await device.read('/v2/validation-sets')).toMatchObject([{ sequence: 2, valid: true }]);
  });
});
