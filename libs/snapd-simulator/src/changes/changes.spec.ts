import { aDevice } from '../testing/a-device';

describe('changes', () => {
  it('answers a POST with 202 and the change (§10.2)', async () => {
    const { status, body } = await aDevice().post('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    expect({ status, body }).toEqual({
      status: 202,
      body: { type: 'async', 'status-code': 202, status: 'Accepted', result: null, change: '1' },
    });
  });

  it('runs a refresh to Done and moves the revision', async () => {
    const device = aDevice({ taskMs: 100 });
    const change = await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' }, 10_000);
    expect(change).toMatchObject({
      kind: 'refresh-snap',
      summary: 'Refresh "hello" snap from "edge" channel',
      status: 'Done',
      ready: true,
      data: { 'snap-names': ['hello'] },
    });
    expect(change.tasks?.map((task) => task.status)).not.toContain('Do');
    expect((await device.revisions()).hello).toBe('3');
    expect(device.clock.pendingTimers()).toBe(0);
  });

  it('shows bytes while downloading and 0 of 1 before a task begins (§10.22)', async () => {
    const device = aDevice({ taskMs: 1000 });
    const { tasks } = await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' }, 2000);
    const download = tasks?.find((task) => task.kind === 'download-snap');
    expect(download).toMatchObject({ status: 'Doing', data: { 'affected-snaps': ['hello'] } });
    expect(download?.progress).toMatchObject({ label: 'hello', total: 9_437_184 });
    expect(download?.progress.done).toBeGreaterThan(0);
    expect(download?.progress.done).toBeLessThan(9_437_184);
    expect(tasks?.find((task) => task.kind === 'mount-snap')).toMatchObject({
      status: 'Do',
      progress: { label: '', done: 0, total: 1 },
    });
  });

  it('undoes the lane of a failing task and holds what was to come (§10.23)', async () => {
    const device = aDevice();
    device.snapd.failTask('run-hook:post-refresh', 'hello', { error: 'run hook "post-refresh": exit status 1' });
    const change = await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    const statusOf = (kind: string): string | undefined => change.tasks?.find((task) => task.kind === kind)?.status;
    expect(change).toMatchObject({
      status: 'Error',
      ready: true,
      err:
        'cannot perform the following tasks:\n' +
        '- Run post-refresh hook of "hello" snap if present (run hook "post-refresh": exit status 1)',
    });
    expect(statusOf('link-snap')).toBe('Undone');
    expect(statusOf('validate-snap')).toBe('Done');
    expect(statusOf('cleanup')).toBe('Hold');
    expect((await device.revisions()).hello).toBe('1');
  });

  it.each([
    ['per-snap', '3', '1'],
    ['all-snaps', '1', '1'],
  ])('keeps to the transaction %s when one snap of two fails (§10.24)', async (transaction, hello, other) => {
    const device = aDevice();
    device.store.release('hello', 3, ['stable']);
    device.store.release('other', 2, ['stable']);
    device.snapd.failTask('run-hook:configure', 'other');
    const change = await device.run('/v2/snaps', { action: 'refresh', transaction, snaps: ['hello', 'other'] });
    expect(change.status).toBe('Error');
    expect(await device.revisions()).toMatchObject({ hello, other });
  });

  it('ends an abort amid a download in Error, with the text of the cancellation (§10.25)', async () => {
    const device = aDevice({ taskMs: 1000 });
    const { id } = await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' }, 1500);
    const { status, body } = await device.post(`/v2/changes/${id}`, { action: 'abort' });
    expect({ status, now: (body.result as { status: string }).status }).toEqual({ status: 200, now: 'Abort' });
    await device.clock.advance(60_000);
    const change = await device.change(id);
    expect(change.status).toBe('Error');
    expect(change.err).toContain('(the download has been cancelled: context canceled)');
    expect(device.clock.pendingTimers()).toBe(0);
  });

  it('ends an abort between tasks that finish in Undone', async () => {
    const device = aDevice({ taskMs: 1000 });
    device.snapd.slowTask('link-snap', 60_000);
    const { id } = await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' }, 30_000);
    await device.post(`/v2/changes/${id}`, { action: 'abort' });
    await device.clock.advance(200_000);
    expect((await device.change(id)).status).toBe('Undone');
    expect((await device.revisions()).hello).toBe('1');
  });

  it.each([
    ['a change that is ready', '1', { action: 'abort' }, 400, 'cannot abort change 1 with nothing pending'],
    ['another action', '1', { action: 'x' }, 400, 'change action "x" is unsupported'],
    ['an unknown change', '9', { action: 'abort' }, 404, 'cannot find change with id "9"'],
  ])('refuses to abort %s', async (_what, id, json, status, message) => {
    const device = aDevice();
    await device.run('/v2/snaps', { action: 'refresh' });
    const answer = await device.post(`/v2/changes/${id}`, json);
    expect({ status: answer.status, result: answer.body.result }).toEqual({ status, result: { message } });
  });

  it('lists unready changes unless asked otherwise (§10.26)', async () => {
    const device = aDevice({ taskMs: 1000 });
    await device.run('/v2/snaps', { action: 'refresh' });
    await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    const ids = async (query: string): Promise<string[]> =>
      (await device.read<{ id: string }[]>(`/v2/changes${query}`)).map((change) => change.id);
    expect(await ids('')).toEqual(['2']);
    expect(await ids('?select=ready')).toEqual(['1']);
    expect(await ids('?select=all&for=hello')).toEqual(['2']);
    expect((await device.get('/v2/changes?select=bad')).body.result).toEqual({
      message: 'select should be one of: all,in-progress,ready',
    });
  });

  it('forgets a change ready for more than 24 hours (§10.28)', async () => {
    const device = aDevice();
    const { id } = await device.run('/v2/snaps', { action: 'refresh' });
    await device.clock.advance(24 * 3600_000 + 1000);
    const { status, body } = await device.get(`/v2/changes/${id}`);
    expect({ status, result: body.result }).toEqual({
      status: 404,
      result: { message: 'cannot find change with id "1"' },
    });
  });

  it('keeps no more than the newest ready changes (§10.28)', async () => {
    const device = aDevice({ maxReadyChanges: 3 });
    for (let i = 0; i < 6; i++) await device.run('/v2/snaps', { action: 'refresh' });
    expect(await device.read<unknown[]>('/v2/changes?select=all')).toHaveLength(3);
    expect((await device.get('/v2/changes/3')).status).toBe(404);
  });

  it('refuses a second operation on a busy snap (§10.15)', async () => {
    const device = aDevice({ taskMs: 1000 });
    await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    const { status, body } = await device.post('/v2/snaps/hello', { action: 'remove' });
    expect({ status, result: body.result }).toEqual({
      status: 409,
      result: {
        message: 'snap "hello" has "refresh-snap" change in progress',
        kind: 'snap-change-conflict',
        value: { 'change-kind': 'refresh-snap', 'snap-name': 'hello' },
      },
    });
    expect((await device.post('/v2/snaps/other', { action: 'switch', channel: 'edge' })).status).toBe(202);
  });

  it('refuses everything beside a snapd that goes back (§1.5)', async () => {
    const device = aDevice({ taskMs: 1000 });
    device.store.release('snapd', 2, ['stable']);
    await device.run('/v2/snaps/snapd', { action: 'refresh' }, 120_000);
    await device.post('/v2/snaps/snapd', { action: 'refresh', revision: 1 });
    expect((await device.post('/v2/snaps/hello', { action: 'refresh', channel: 'edge' })).body.result).toEqual({
      message: 'snapd downgrade in progress, no other changes allowed until this is done',
      kind: 'snap-change-conflict',
      value: { 'change-kind': 'refresh-snap' },
    });
  });
});
