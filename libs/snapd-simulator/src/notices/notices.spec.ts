import { aDevice } from '../testing/a-device';

interface ShownNotice {
  key: string;
  occurrences: number;
  'last-repeated': string;
}

describe('notices', () => {
  it('coalesces the statuses of a change into one notice (§10.29)', async () => {
    const device = aDevice();
    const { id } = await device.run('/v2/snaps/fresh', { action: 'install' });
    expect(await device.read('/v2/notices')).toEqual([
      {
        id: '1',
        'user-id': null,
        type: 'change-update',
        key: id,
        'first-occurred': expect.any(String) as string,
        'last-occurred': expect.any(String) as string,
        'last-repeated': expect.any(String) as string,
        occurrences: 3,
        'last-data': { kind: 'install-snap' },
        'expire-after': '168h0m0s',
      },
    ]);
  });

  it('answers a long-poll at the next occurrence, or with nothing at its timeout (§10.30)', async () => {
    const device = aDevice();
    await device.run('/v2/snaps', { action: 'refresh' });
    const [last] = await device.read<ShownNotice[]>('/v2/notices');
    const path = `/v2/notices?after=${encodeURIComponent(last?.['last-repeated'] ?? '')}&timeout=30s`;
    const silent = device.get(path);
    await device.clock.advance(30_000);
    expect((await silent).body.result).toEqual([]);
    const woken = device.get(path);
    await device.clock.advance(1000);
    await device.run('/v2/snaps', { action: 'refresh' });
    expect((await woken).body.result).toMatchObject([{ key: '2' }]);
    expect(device.clock.pendingTimers()).toBe(0);
  });

  it('answers at once when every asked type is unknown (§10.31)', async () => {
    expect((await aDevice().get('/v2/notices?types=foo&timeout=60s')).body.result).toEqual([]);
  });

  it.each([
    ['timeout=30', 'invalid timeout: time: missing unit in duration "30"'],
    ['timeout=garbage', 'invalid timeout: time: invalid duration "garbage"'],
    [
      'after=garbage',
      'invalid "after" timestamp: parsing time "garbage" as "2006-01-02T15:04:05Z07:00": cannot parse "garbage" as "2006"',
    ],
    ['users=some', 'invalid "users" filter: must be "all"'],
  ])('refuses %s', async (query, message) => {
    const { status, body } = await aDevice().get(`/v2/notices?${query}`);
    expect({ status, result: body.result }).toEqual({ status: 400, result: { message } });
  });

  it('stamps strictly increasing times with trimmed fractions though the clock steps back (§10.32)', async () => {
    const device = aDevice();
    await device.run('/v2/snaps', { action: 'refresh' });
    device.clock.step(-3600_000);
    await device.run('/v2/snaps', { action: 'refresh' });
    const stamps = (await device.read<ShownNotice[]>('/v2/notices')).map((notice) => notice['last-repeated']);
    const nanos = stamps.map((stamp) => BigInt((/\.(\d+)/.exec(stamp)?.[1] ?? '').padEnd(9, '0')));
    expect(nanos[1]).toBeGreaterThan(nanos[0] ?? 0n);
    expect(stamps.join()).not.toMatch(/\.\d*0Z/);
  });

  it('cancels open and new long-polls while the daemon restarts, with maintenance (§10.10)', async () => {
    const device = aDevice({ graceMs: 3000, daemonRestartMs: 1000 });
    const open = device.get('/v2/notices?timeout=60s');
    await device.clock.advance(10);
    device.snapd.restartDaemon();
    const canceled = { type: 'error', 'status-code': 500, status: 'Internal Server Error' };
    const result = { message: 'request canceled' };
    const maintenance = { message: 'daemon is restarting', kind: 'daemon-restart' };
    expect((await open).body).toEqual({ ...canceled, result, maintenance });
    expect((await device.get('/v2/notices?timeout=60s')).body).toEqual({ ...canceled, result, maintenance });
    await device.clock.advance(3000);
    await expect(device.get('/v2/changes')).rejects.toMatchObject({ reason: 'ENOENT' });
    await device.clock.advance(1000);
    expect((await device.get('/v2/changes')).body).not.toHaveProperty('maintenance');
    expect(device.clock.pendingTimers()).toBe(0);
  });

  it('drops notices after seven days', async () => {
    const device = aDevice();
    await device.run('/v2/snaps', { action: 'refresh' });
    await device.clock.advance(7 * 86_400_000 + 1);
    expect(await device.read('/v2/notices')).toEqual([]);
  });
});
