import { aDevice } from '../testing/a-device';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('pruning (§3.5, §10.28)', () => {
  it('forgets the oldest beyond 500 ready ones', async () => {
    const device = aDevice();
    for (let at = 0; at < 502; at++) await device.post('/v2/snaps', { action: 'unhold', snaps: ['hello'] });
    const changes = await device.read<{ id: string }[]>('/v2/changes?select=all');
    expect(changes).toHaveLength(500);
    expect(Math.min(...changes.map(({ id }) => Number(id)))).toBe(3);
  });

  it('aborts what is not ready after three days and undoes it', async () => {
    const device = aDevice({ taskMs: 1000 });
    device.snapd.slowTask('run-hook:post-refresh', 10 * DAY);
    const { id } = await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' }, 3 * DAY - HOUR);
    expect(await device.change(id)).toMatchObject({ status: 'Doing' });
    const before = await device.read<{ occurrences: number }[]>(`/v2/notices?keys=${id}`);
    await device.clock.advance(2 * HOUR);
    const after = await device.read<{ occurrences: number }[]>(`/v2/notices?keys=${id}`);
    expect(after[0]!.occurrences).toBeGreaterThan(before[0]!.occurrences);
    await device.clock.advance(HOUR);
    expect(await device.change(id)).toMatchObject({ status: 'Error', ready: true });
    expect(await device.revisions()).toMatchObject({ hello: '1' });
  });

  it('lets a change wait for a reboot as long as it takes', async () => {
    const device = aDevice({ graceMs: 10 * DAY });
    device.store.release('pc-kernel', 2, ['stable']);
    const { id } = await device.run('/v2/snaps/pc-kernel', { action: 'refresh' }, 4 * DAY);
    expect(await device.change(id)).toMatchObject({ status: 'Wait' });
  });
});
