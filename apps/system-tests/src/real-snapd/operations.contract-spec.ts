import type { RolloutView } from '@corefleet/contracts/http';
import { eventually } from '@corefleet/testing/processes';
import { LiveEvents } from '../kill-lab/live-events';
import { Stand } from './stand';
import { describeRealSnapd } from './suite';
import { expectCommandToBeTrue, expectRowsToEqualSnapd } from './truth';

interface ShownSnap {
  version: string;
  revision: string;
  hold?: string;
}

describeRealSnapd('operations on a real snapd', () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await Stand.start();
  }, 120_000);

  afterAll(() => stand?.stop(), 60_000);

  const hello = (): Promise<ShownSnap> => stand.snapd.result('/v2/snaps/fleet-hello');

  it('sets configuration of the system, with one request', async () => {
    const parameters = { snap: 'system', values: { 'refresh.retain': 5 } };
    const { command, posts } = await stand.run('set-configuration', parameters, { remark: 'keep five' });
    expect(command).toMatchObject({ status: 'succeeded', result: { 'refresh.retain': 5 } });
    expect(posts).toMatchObject([{ method: 'PUT', path: '/v2/snaps/system/conf', status: 202 }]);
    expect(await stand.snapd.result('/v2/snaps/system/conf?keys=refresh.retain')).toEqual({ 'refresh.retain': 5 });
    expect(await stand.rows.auditOfCommand(command.id)).toMatchObject({ remark: 'keep five' });
    await expectCommandToBeTrue(stand, command);
  });

  it('reads the configuration it set, without a change', async () => {
    const { command, posts } = await stand.run('read-configuration', { name: 'system', keys: ['refresh.retain'] });
    expect(command).toMatchObject({ status: 'succeeded', result: { 'refresh.retain': 5 }, changeIds: [] });
    expect(posts).toEqual([]);
    await expectCommandToBeTrue(stand, command);
  });

  it('fails with the words of snapd when snapd refuses a value', async () => {
    const parameters = { snap: 'system', values: { 'refresh.retain': 99 } };
    const { command, posts } = await stand.run('set-configuration', parameters);
    expect(command).toMatchObject({ status: 'failed', cause: 'change-error' });
    expect(command.message).toContain('retain must be a number between 2 and 20, not "99"');
    expect(posts).toHaveLength(1);
    await expectCommandToBeTrue(stand, command);
  });

  it('tells whoever listens of the command and its change while they run', async () => {
    const events = await LiveEvents.listen(stand.fleet.api);
    try {
      const parameters = { snap: 'system', values: { 'refresh.retain': 3 } };
      const { command } = await stand.run('set-configuration', parameters);
      const heard = (topic: string, id: string) => () =>
        events.heard().some((event) => event.topic === topic && event.id === id);
      await eventually(heard('commands', command.id), { what: 'an event of the command' });
      await eventually(heard('changes', stand.deviceId), { what: 'an event of the change' });
      await expectCommandToBeTrue(stand, command);
    } finally {
      events.close();
    }
  });

  it.each(['snapd', 'core24', 'hello1'] as const)(
    'installs %s from a file it fetched, with one request',
    async (name) => {
      const { command, posts } = await stand.sideload(stand.snaps[name]);
      expect(command).toMatchObject({ status: 'succeeded', changeIds: [expect.any(String)] });
      expect(posts).toMatchObject([{ method: 'POST', path: '/v2/snaps', status: 202 }]);
      await expectCommandToBeTrue(stand, command);
    },
    90_000,
  );

  it('holds refreshes of a snap', async () => {
    const parameters = { snaps: ['fleet-hello'], time: 'forever', 'hold-level': 'general' };
    const { command, posts } = await stand.run('hold', parameters);
    expect(command).toMatchObject({ status: 'succeeded' });
    expect(posts).toHaveLength(1);
    expect((await hello()).hold).toEqual(expect.any(String));
    await expectCommandToBeTrue(stand, command);
  });

  it('lifts the hold', async () => {
    const { command, posts } = await stand.run('unhold', { snaps: ['fleet-hello'] });
    expect(command).toMatchObject({ status: 'succeeded' });
    expect(posts).toHaveLength(1);
    expect(await hello()).not.toHaveProperty('hold');
    await expectCommandToBeTrue(stand, command);
  });

  it('refreshes the snap from a newer file', async () => {
    const { command, posts } = await stand.sideload(stand.snaps.hello2);
    expect(command).toMatchObject({
      status: 'succeeded',
      result: [{ name: 'fleet-hello', version: '2', revision: 'x2' }],
    });
    expect(posts).toHaveLength(1);
    expect(await hello()).toMatchObject({ version: '2', revision: 'x2' });
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('reverts the snap', async () => {
    const { command, posts } = await stand.run('revert', { snap: 'fleet-hello' });
    expect(command).toMatchObject({ status: 'succeeded', result: { revision: 'x1', was: 'x2' } });
    expect(posts).toHaveLength(1);
    expect(await hello()).toMatchObject({ version: '1', revision: 'x1' });
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('restarts its service', async () => {
    const { command, posts } = await stand.run('service-control', { action: 'restart', names: ['fleet-hello.svc'] });
    expect(command).toMatchObject({ status: 'succeeded', result: [{ name: 'fleet-hello.svc', active: true }] });
    expect(posts).toMatchObject([{ method: 'POST', path: '/v2/apps', status: 202 }]);
    expect(await stand.snapd.result('/v2/apps?names=fleet-hello.svc')).toMatchObject([{ enabled: true, active: true }]);
    await expectCommandToBeTrue(stand, command);
  });

  it('undoes the install of a snap whose hook fails, and says why', async () => {
    const { command, posts } = await stand.sideload(stand.snaps.broken);
    expect(command).toMatchObject({ status: 'failed', cause: 'change-error' });
    expect(command.message).toContain('configure says no');
    expect(posts).toHaveLength(1);
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('aborts a slow install half-way', async () => {
    const seen = stand.proxy.requests.length;
    const slow = await stand.issue('sideload', await stand.uploaded(stand.snaps.slow));
    const underWay = await stand.reaches(slow, isInHook, 'the install hook to run');
    const change = underWay.changeIds[0] ?? '';
    const { command: abort } = await stand.run('abort-change', { change });
    const command = await stand.end(slow);
    expect(abort).toMatchObject({ status: 'succeeded', result: { change } });
    expect(command).toMatchObject({ status: 'failed', changeIds: [change] });
    expect(stand.proxy.requests.slice(seen).map(({ path }) => path)).toEqual(['/v2/snaps', `/v2/changes/${change}`]);
    await expect(stand.snapd.result('/v2/snaps/fleet-slow')).rejects.toThrow('404');
    await expectCommandToBeTrue(stand, command);
    await expectCommandToBeTrue(stand, abort);
  }, 60_000);

  it('carries a rollout out on the device', async () => {
    const asked = {
      name: 'retain',
      does: {
        steps: [{ operation: 'set-configuration', parameters: { snap: 'system', values: { 'refresh.retain': 7 } } }],
      },
      ...{ filter: 'serial=real-1', waves: [{ percent: 100 }] },
    };
    const { id } = await stand.fleet.api.post<RolloutView>('/v1/rollouts', asked);
    const over = async (): Promise<RolloutView | undefined> => {
      const rollout = await stand.fleet.api.get<RolloutView>(`/v1/rollouts/${id}`);
      return rollout.status === 'running' ? undefined : rollout;
    };
    const rollout = await eventually(over, { what: 'the rollout to end', timeoutMs: 30_000 });
    expect(rollout).toMatchObject({ status: 'finished', waves: [{ size: 1, counts: { succeeded: 1 } }] });
    expect(await stand.snapd.result('/v2/snaps/system/conf?keys=refresh.retain')).toEqual({ 'refresh.retain': 7 });
    await expectRowsToEqualSnapd(stand);
  }, 45_000);

  it('shows what others and snapd itself have changed', async () => {
    const json = { 'refresh.retain': 4 };
    const { change = '' } = await stand.snapd.ask('/v2/snaps/system/conf', { method: 'PUT', json });
    await stand.snapd.changeEnd(change);
    await expectRowsToEqualSnapd(stand);
    const kept = await stand.rows.changes(stand.enrolmentId);
    expect(kept.find(({ id }) => id === change)).toMatchObject({ commandId: null, status: 'Done' });
    expect(kept.filter(({ commandId }) => commandId === null).map(({ kind }) => kind)).toContain('become-operational');
    const notices = await stand.rows.notices(stand.enrolmentId);
    expect(notices).toContainEqual(expect.objectContaining({ type: 'change-update', key: change, occurrences: 3 }));
  });

  it('keeps the facts of the device as snapd shows them', async () => {
    const facts = async (): Promise<true> => {
      const { items } = await stand.fleet.api.get<{ items: { name: string; value: unknown }[] }>(
        `/v1/devices/${stand.deviceId}/facts`,
      );
      const known = Object.fromEntries(items.map(({ name, value }) => [name, value]));
      expect(known['snaps']).toEqual(await stand.snapd.result('/v2/snaps?select=all'));
      expect(known['system-info']).toMatchObject({ version: stand.lab.version });
      return true;
    };
    await eventually(facts, { what: 'the facts to be known' });
  });
});

const isInHook = ({ changes }: { changes: { tasks: { kind: string; status: string }[] }[] }): boolean =>
  changes.some(({ tasks }) => tasks.some(({ kind, status }) => kind === 'run-hook' && status === 'Doing'));
