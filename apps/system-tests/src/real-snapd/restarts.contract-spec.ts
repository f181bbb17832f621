import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { CommandDetail } from '@corefleet/contracts/http';
import { eventually } from '@corefleet/testing/processes';
import { sleepingFile } from '@corefleet/testing/snapd-lab';
import { Stand } from './stand';
import { describeRealSnapd } from './suite';
import { expectCommandToBeTrue, expectRowsToEqualSnapd } from './truth';

describeRealSnapd('restarts of a real snapd and its device', () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await Stand.start();
    await stand.install('snapd', 'core24', 'hello1');
  }, 180_000);

  afterAll(() => stand?.stop(), 60_000);

  /** Orders a change that takes seconds, and interrupts it while its hook sleeps. */
  async function interrupted(seconds: number, interrupt: () => Promise<void>): Promise<CommandDetail> {
    const seen = stand.proxy.requests.length;
    const id = await stand.issue('set-configuration', { snap: 'fleet-hello', values: { sleep: seconds } });
    await eventually(() => existsSync(sleepingFile(stand.lab.rootDir)), { what: 'the hook to sleep' });
    await interrupt();
    const command = await stand.end(id);
    expect(stand.proxy.requests.slice(seen)).toMatchObject([{ method: 'PUT', path: '/v2/snaps/fleet-hello/conf' }]);
    return command;
  }

  it('follows a change that goes on after snapd was killed in the middle of it', async () => {
    const command = await interrupted(3, () => stand.lab.killDaemon());
    expect(command).toMatchObject({ status: 'succeeded', result: { sleep: 3 } });
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('tells the end that snapd gives a change in whose middle it restarts itself', async () => {
    const polls = stand.proxy.reads('/v2/notices');
    const command = await interrupted(4, () => stand.lab.restartDaemon());
    // a snapd that stops fails each poll at once: what came of it are polls with growing waits between them
    expect(stand.proxy.reads('/v2/notices') - polls).toBeLessThan(60);
    // 2.68 ends a running hook with an error, 2.77 waits for it
    const [change] = command.changes;
    expect(command).toMatchObject({
      status: change?.status === 'Done' ? 'succeeded' : 'failed',
      changeIds: [change?.changeId],
    });
    expect(change).toMatchObject({ ready: true });
    await expectCommandToBeTrue(stand, command);
  }, 150_000);

  it('follows a change that goes on after the agent was killed in the middle of it', async () => {
    const command = await interrupted(2, async () => {
      await stand.agent.kill();
      await stand.agent.start();
    });
    expect(command).toMatchObject({ status: 'succeeded', result: { sleep: 2 } });
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('follows a change that stops the agent in its middle, as the refresh of its own snap does', async () => {
    const command = await interrupted(2, async () => {
      await stand.agent.stop();
      expect(stand.agent.log).toContain('"message":"Stopped"');
      await stand.agent.start();
    });
    expect(command).toMatchObject({ status: 'succeeded', result: { sleep: 2 } });
    expect(stand.agent.log.split(`"message":"Command ended","commandId":"${command.id}"`)).toHaveLength(2);
    await expectCommandToBeTrue(stand, command);
  }, 60_000);

  it('tells of a change that began and ended while the agent was away', async () => {
    await stand.agent.kill();
    const { change = '' } = await stand.snapd.ask('/v2/snaps/system/conf', {
      method: 'PUT',
      json: { 'refresh.retain': 6 },
    });
    await stand.snapd.changeEnd(change);
    await stand.agent.start();
    await expectRowsToEqualSnapd(stand);
    const kept = await stand.rows.changes(stand.enrolmentId);
    expect(kept.find(({ id }) => id === change)).toMatchObject({ commandId: null, status: 'Done' });
  }, 60_000);

  it('goes through a reboot that takes the agent along, and shows the new boot', async () => {
    const [seen, starts, before] = [stand.proxy.requests.length, stand.lab.starts(), await bootId()];
    const id = await stand.issue('reboot', {});
    await stand.reaches(id, ({ status }) => status === 'rebooting', 'the command to be rebooting');
    await eventually(() => stand.lab.starts() > starts || !existsSync(stand.lab.socketPath), {
      what: 'snapd to go down',
      timeoutMs: 30_000,
    });
    await stand.agent.kill();
    await stand.lab.answersAgain(starts);
    await stand.agent.start();
    const command = await stand.end(id);
    expect(await bootId()).not.toBe(before);
    expect(command).toMatchObject({ status: 'succeeded', result: { was: before, bootId: await bootId() } });
    expect(stand.proxy.requests.slice(seen)).toMatchObject([
      { method: 'POST', path: '/v2/systems', body: '{"action":"reboot"}', status: 200 },
    ]);
    expect(await stand.device()).toMatchObject({ online: true, bootId: await bootId(), snapdState: 'reachable' });
    await expectCommandToBeTrue(stand, command);
  }, 90_000);

  it('goes through a reboot that the agent outlives', async () => {
    const before = await bootId();
    const { command, posts } = await stand.run('reboot', {});
    expect(command).toMatchObject({ status: 'succeeded', result: { was: before, bootId: await bootId() } });
    expect(posts).toHaveLength(1);
    await expectCommandToBeTrue(stand, command);
  }, 90_000);

  const bootId = async (): Promise<string> => (await readFile(stand.lab.bootIdFile, 'utf8')).trim();
});
