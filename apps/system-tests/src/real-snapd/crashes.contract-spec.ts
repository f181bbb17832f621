import { eventually } from '@corefleet/testing/processes';
import type { RecordedRequest } from '@corefleet/testing/snapd-lab';
import { Stand } from './stand';
import { describeRealSnapd } from './suite';
import { expectCommandToBeTrue } from './truth';

const isInstall = ({ path }: RecordedRequest): boolean => path === '/v2/snaps';

describeRealSnapd('requests to a real snapd whose answer is lost', () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await Stand.start({ snapdTimeoutMs: 4000 });
    await stand.install('snapd', 'core24');
  }, 180_000);

  afterAll(() => stand?.stop(), 60_000);

  it('are adopted by the agent that is started after it was killed before the answer', async () => {
    const seen = stand.proxy.requests.length;
    stand.proxy.cutNext('before-answer', isInstall);
    const id = await stand.issue('sideload', await stand.uploaded(stand.snaps.hello1));
    await eventually(() => stand.proxy.requests.slice(seen).find(({ status }) => status !== undefined), {
      what: 'snapd to answer',
    });
    await stand.agent.kill();
    await stand.agent.start();
    const command = await stand.end(id);
    expect(command).toMatchObject({ status: 'succeeded', result: [{ name: 'fleet-hello', revision: 'x1' }] });
    expect(stand.agent.log).toContain('"decision":"adopt"');
    expect(stand.proxy.requests.slice(seen)).toMatchObject([
      { path: '/v2/snaps', forwarded: true, status: 202, cut: true },
    ]);
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('are adopted by the agent that only lost the connection', async () => {
    stand.proxy.cutNext('before-answer', isInstall);
    const { command, posts } = await stand.sideload(stand.snaps.hello2);
    expect(command).toMatchObject({ status: 'succeeded', result: [{ name: 'fleet-hello', revision: 'x2' }] });
    expect(posts).toMatchObject([{ path: '/v2/snaps', forwarded: true, cut: true }]);
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('are of unknown fate when no change shows them and twice is not as good as once', async () => {
    const changes = await stand.snapd.changes();
    stand.proxy.cutNext('before-forward', isInstall);
    const { command, posts } = await stand.sideload(stand.snaps.hello1);
    expect(command).toMatchObject({ status: 'unknown', cause: 'unknown-fate', changeIds: [] });
    expect(command.message).toBe('cannot tell whether the request reached snapd: no change shows it');
    expect(posts).toMatchObject([{ path: '/v2/snaps', forwarded: false, cut: true }]);
    expect((await stand.snapd.changes()).filter(({ kind }) => kind === 'install-snap')).toEqual(
      changes.filter(({ kind }) => kind === 'install-snap'),
    );
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('are sent again when no change shows them and twice is as good as once', async () => {
    stand.proxy.cutNext('before-forward');
    const parameters = { snap: 'system', values: { 'refresh.retain': 8 } };
    const { command, posts } = await stand.run('set-configuration', parameters);
    expect(command).toMatchObject({ status: 'succeeded', changeIds: [expect.any(String)] });
    expect(posts).toMatchObject([
      { forwarded: false, cut: true },
      { forwarded: true, status: 202, cut: false },
    ]);
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('are not sent again once the deadline has passed', async () => {
    stand.proxy.cutNext('before-forward');
    const parameters = { snap: 'system', values: { 'refresh.retain': 9 } };
    const { command, posts } = await stand.run('set-configuration', parameters, { deadlineSeconds: 2 });
    expect(command).toMatchObject({ status: 'unknown', cause: 'unknown-fate', changeIds: [] });
    expect(posts).toMatchObject([{ forwarded: false, cut: true }]);
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('are not sent again by an agent killed before snapd heard them', async () => {
    const seen = stand.proxy.requests.length;
    stand.proxy.cutNext('before-forward', ({ path }) => path === '/v2/snaps/fleet-hello');
    const id = await stand.issue('revert', { snap: 'fleet-hello' });
    await eventually(() => stand.proxy.requests.length > seen, { what: 'the request to be cut' });
    await stand.agent.kill();
    await stand.agent.start();
    const command = await stand.end(id);
    expect(command).toMatchObject({ status: 'unknown', cause: 'unknown-fate' });
    expect(stand.proxy.requests.slice(seen)).toMatchObject([{ forwarded: false, cut: true }]);
    expect(await stand.snapd.result('/v2/snaps/fleet-hello')).toMatchObject({ revision: 'x2' });
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('are adopted when snapd held them, and made the change only after the agent had died and come back', async () => {
    const seen = stand.proxy.requests.length;
    stand.proxy.holdNext(2500, ({ path }) => path === '/v2/snaps/fleet-hello');
    const id = await stand.issue('revert', { snap: 'fleet-hello' });
    await eventually(() => stand.proxy.requests.length > seen, { what: 'the request to be held' });
    await stand.agent.kill();
    await stand.agent.start();
    expect(stand.proxy.requests.slice(seen)).toMatchObject([{ forwarded: false }]);
    const command = await stand.end(id);
    expect(command).toMatchObject({ status: 'succeeded', changeIds: [expect.any(String)] });
    expect(stand.agent.log).toContain('"decision":"adopt"');
    expect(stand.proxy.requests.slice(seen)).toMatchObject([{ forwarded: true, status: 202 }]);
    expect(await stand.snapd.result('/v2/snaps/fleet-hello')).toMatchObject({ revision: 'x1' });
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('are adopted when snapd hung past the time-out and carried them out when it went on', async () => {
    const seen = stand.proxy.requests.length;
    stand.proxy.holdNext(6500, ({ path }) => path === '/v2/snaps/fleet-hello');
    const id = await stand.issue('revert', { snap: 'fleet-hello', revision: 'x2' });
    const command = await stand.end(id);
    expect(command).toMatchObject({ status: 'succeeded', changeIds: [expect.any(String)] });
    expect(stand.proxy.requests.slice(seen)).toMatchObject([{ forwarded: true, status: 202 }]);
    expect(await stand.snapd.result('/v2/snaps/fleet-hello')).toMatchObject({ revision: 'x2' });
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('are of unknown fate when two changes may be theirs, and never sent again then', async () => {
    const seen = stand.proxy.requests.length;
    stand.proxy.cutNext('before-answer', ({ path }) => path === '/v2/snaps/system/conf');
    const parameters = { snap: 'system', values: { 'refresh.retain': 10 } };
    const id = await stand.issue('set-configuration', parameters);
    await eventually(() => stand.proxy.requests.slice(seen).find(({ status }) => status !== undefined), {
      what: 'snapd to answer',
    });
    await stand.snapd.ask('/v2/snaps/system/conf', { method: 'PUT', json: parameters.values });
    const command = await stand.end(id);
    expect(command).toMatchObject({ status: 'unknown', cause: 'unknown-fate', changeIds: [] });
    expect(command.message).toMatch(/^cannot tell which of changes \d+, \d+ is the command's$/);
    expect(stand.proxy.requests.slice(seen)).toMatchObject([{ forwarded: true, status: 202, cut: true }]);
    await expectCommandToBeTrue(stand, command);
  }, 60_000);
});
