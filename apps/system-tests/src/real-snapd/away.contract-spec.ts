import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';
import path from 'node:path';
import type { DevicePage } from '@corefleet/contracts/http';
import { eventually } from '@corefleet/testing/processes';
import { startRecordingProxy } from '@corefleet/testing/snapd-lab';
import { AgentUnderTest } from './agent-under-test';
import { agentEnvironment, Stand } from './stand';
import { describeRealSnapd } from './suite';
import { expectCommandToBeTrue, expectRowsToEqualSnapd } from './truth';

type Listener = NetServer | Server;

/** What may listen where snapd should. */
const garbage: { what: string; listener: () => Listener }[] = [
  { what: 'a web page', listener: () => createHttpServer((_request, answer) => answer.end('<html>It works!</html>')) },
  { what: 'JSON of another shape', listener: () => createHttpServer((_request, answer) => answer.end('{"hello":1}')) },
  {
    what: 'bytes that are not HTTP',
    listener: () =>
      createServer((socket) => {
        socket.on('error', () => socket.destroy());
        socket.once('data', () => socket.end('\u0000\u0001nonsense\r\n\r\n'));
      }),
  },
];

describeRealSnapd('a snapd that is away or talks nonsense', () => {
  let stand: Stand;
  let second: AgentUnderTest | undefined;

  beforeAll(async () => {
    stand = await Stand.start({ snapdTimeoutMs: 3000 });
  }, 180_000);

  afterAll(async () => {
    await second?.stop();
    await stand?.stop();
  }, 60_000);

  async function expectFailedCommands(cause: string): Promise<void> {
    const orders: [string, object][] = [
      ['read-configuration', { name: 'system' }],
      ['set-configuration', { snap: 'system', values: { 'refresh.retain': 9 } }],
      ['sideload', await stand.uploaded(stand.snaps.snapd)],
    ];
    const ids = await Promise.all(
      orders.map(([operation, parameters]) => stand.issue(operation, parameters, { deadlineSeconds: 2 })),
    );
    for (const id of ids) {
      const command = await stand.end(id);
      expect(command).toMatchObject({
        status: 'failed',
        cause,
        changeIds: [],
        message: expect.stringContaining('/v2/'),
      });
    }
  }

  const untilSnapdIs = (snapdState: string): Promise<true> =>
    eventually(async () => (await stand.device()).snapdState === snapdState, {
      what: `snapd to be ${snapdState}`,
      timeoutMs: 30_000,
    });

  async function snapdIsBack(): Promise<void> {
    stand.proxy = await startRecordingProxy({ socketPath: stand.proxy.socketPath, upstream: stand.lab.socketPath });
    await untilSnapdIs('reachable');
    const { command } = await stand.run('set-configuration', { snap: 'system', values: { 'refresh.retain': 2 } });
    expect(command).toMatchObject({ status: 'succeeded' });
    await expectCommandToBeTrue(stand, command);
  }

  it('leaves the agent up, is reported as unreachable, and fails commands saying so', async () => {
    await stand.proxy.close();
    await untilSnapdIs('unreachable');
    await expectFailedCommands('snapd-unreachable');
    expect(await stand.device()).toMatchObject({ online: true });
    expect(stand.agent.isRunning).toBe(true);
    await snapdIsBack();
  }, 90_000);

  it.each(garbage)(
    'leaves the agent up when it answers $what, is reported as garbage, and fails commands saying so',
    async ({ listener }) => {
      await stand.proxy.close();
      const server = listener();
      await new Promise<void>((resolve) => void server.listen(stand.proxy.socketPath, resolve));
      try {
        await untilSnapdIs('garbage');
        const reboot = await stand.issue('reboot', {}, { deadlineSeconds: 10 });
        await expectFailedCommands('snapd-garbage');
        // something took the request, and nobody can say what it did with it
        expect(await stand.end(reboot)).toMatchObject({ status: 'unknown', cause: 'snapd-garbage', changeIds: [] });
        expect(await stand.device()).toMatchObject({ online: true });
        expect(stand.agent.isRunning).toBe(true);
      } finally {
        if ('closeAllConnections' in server) server.closeAllConnections();
        await new Promise((resolve) => void server.close(resolve));
      }
      await snapdIsBack();
    },
    90_000,
  );

  it('was not touched by what failed meanwhile', async () => {
    const changes = await stand.snapd.changes();
    expect(changes.filter(({ kind }) => kind === 'install-snap')).toEqual([]);
    expect(stand.lab.starts()).toBe(1);
    await expectRowsToEqualSnapd(stand);
  });

  it('does not keep a device from joining', async () => {
    const device = {
      dir: stand.dir,
      serial: 'real-2',
      snapd: path.join(stand.dir, 'none.socket'),
      bootIdFile: stand.lab.bootIdFile,
    };
    second = new AgentUnderTest(agentEnvironment(stand.fleet, await stand.fleet.enrolmentToken(), device));
    await second.start();
    const shown = async (): Promise<true> => {
      const { items } = await stand.fleet.api.get<DevicePage>('/v1/devices?filter=serial=real-2');
      expect(items).toMatchObject([{ online: true, snapdState: 'unreachable' }]);
      return true;
    };
    await eventually(shown, { what: 'the second device to be shown', timeoutMs: 30_000 });
  }, 60_000);
});
