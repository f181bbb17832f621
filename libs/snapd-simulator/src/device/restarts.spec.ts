import { aDevice, aStore } from '../testing/a-device';

describe('restarts', () => {
  it('refreshes a kernel over a reboot within the same change (§10.27)', async () => {
    const device = aDevice({ taskMs: 10, graceMs: 3000, rebootMs: 5000 });
    device.store.release('pc-kernel', 2, ['stable']);
    const before = device.snapd.bootId();
    const waiting = await device.run('/v2/snaps/pc-kernel', { action: 'refresh' }, 1000);
    expect(waiting.status).toBe('Wait');
    expect(waiting.tasks?.find((task) => task.kind === 'link-snap')).toMatchObject({
      status: 'Wait',
      log: [expect.stringContaining('INFO Task set to wait until a system restart allows to continue')],
    });
    await device.clock.advance(20_000);
    expect(await device.change(waiting.id)).toMatchObject({ status: 'Done', ready: true });
    expect((await device.revisions())['pc-kernel']).toBe('2');
    expect(device.snapd.bootId()).not.toBe(before);
  });

  it('undoes a kernel whose boot fails (§10.27)', async () => {
    const device = aDevice({ taskMs: 10 });
    device.store.release('pc-kernel', 2, ['stable']);
    device.snapd.failNextBoot();
    const change = await device.run('/v2/snaps/pc-kernel', { action: 'refresh' }, 5000);
    expect(change.err).toContain('(cannot finish pc-kernel installation, there was a rollback across reboot)');
    expect((await device.revisions())['pc-kernel']).toBe('1');
  });

  it('boots the old kernel again when something fails after the new one has booted (§3.6)', async () => {
    const device = aDevice({ taskMs: 10 });
    device.store.release('pc-kernel', 2, ['stable']);
    device.snapd.failTask('run-hook:post-refresh', 'pc-kernel');
    const boots = new Set([device.snapd.bootId()]);
    const { body } = await device.post('/v2/snaps/pc-kernel', { action: 'refresh' });
    for (let steps = 0; steps < 200; steps++) {
      await device.clock.advance(10);
      boots.add(device.snapd.bootId());
    }
    expect(await device.change(body.change)).toMatchObject({ status: 'Error', ready: true });
    expect((await device.revisions())['pc-kernel']).toBe('1');
    expect(boots.size).toBe(3);
  });

  it('reboots into the assets of a new gadget (§3.7)', async () => {
    const store = aStore();
    const revisions = [{ revision: 1 }, { revision: 2 }];
    store.addSnap({ name: 'pc', type: 'gadget', revisions, channels: { stable: 2 } });
    const device = aDevice({ store, snaps: [{ name: 'pc', revision: 1 }] });
    const before = device.snapd.bootId();
    const change = await device.run('/v2/snaps/pc', { action: 'refresh' }, 1000);
    expect(change.status).toBe('Done');
    expect(change.tasks?.find((task) => task.kind === 'update-gadget-assets')?.log).toEqual([
      expect.stringContaining('INFO Task set to wait until a system restart allows to continue'),
    ]);
    expect(device.snapd.bootId()).not.toBe(before);
  });

  it('restarts the daemon amid a refresh of snapd and goes on, in the same boot', async () => {
    const device = aDevice({ taskMs: 10, daemonRestartMs: 500 });
    device.store.release('snapd', 2, ['stable']);
    const before = device.snapd.bootId();
    const change = await device.run('/v2/snaps/snapd', { action: 'refresh' }, 5000);
    expect(change.status).toBe('Done');
    expect(device.snapd.bootId()).toBe(before);
  });

  it('runs a task again from its start when the daemon was killed amid it (§10.10)', async () => {
    const device = aDevice({ taskMs: 1000 });
    const { id } = await device.run('/v2/snaps/hello', { action: 'refresh', channel: 'edge' }, 2500);
    device.snapd.restartDaemon({ abrupt: true });
    await device.clock.advance(1);
    expect(await device.change(id)).toMatchObject({ status: 'Doing' });
    await device.clock.advance(60_000);
    expect(await device.change(id)).toMatchObject({ status: 'Done' });
  });

  it('accepts a POST in the grace and runs it after the restart (§1.1)', async () => {
    const device = aDevice({ graceMs: 3000, daemonRestartMs: 1000 });
    device.snapd.restartDaemon();
    const { status, body } = await device.post('/v2/snaps/hello', { action: 'switch', channel: 'edge' });
    expect(status).toBe(202);
    expect(await device.change(body.change)).toMatchObject({ status: 'Do' });
    await device.clock.advance(5000);
    expect(await device.change(body.change)).toMatchObject({ status: 'Done' });
  });

  it('starts from nothing after a factory reset (§10.40)', async () => {
    const device = aDevice({ rebootMs: 100 });
    const before = device.snapd.bootId();
    await device.run('/v2/snaps/fresh', { action: 'install' });
    await device.run('/v2/systems', { action: 'create', label: 'new' });
    device.snapd.factoryReset();
    await device.clock.advance(1000);
    expect(await device.read('/v2/notices')).toEqual([]);
    expect(await device.revisions()).not.toHaveProperty('fresh');
    expect((await device.run('/v2/snaps', { action: 'refresh' })).id).toBe('1');
    expect(device.snapd.bootId()).not.toBe(before);
  });
});
