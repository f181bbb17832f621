import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { simulatedStore } from '@corefleet/apps/simulator';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { setConfiguration } from './kill-lab/orders';
import { Road } from './kill-lab/road';
import { RoadDevice, type RoadDeviceOptions } from './kill-lab/road-device';
import { openTinyDisk, type TinyDisk } from './kill-lab/tiny-disk';

const OWN = 'corefleet-agent';
const TEN_YEARS_MS = 3652 * 86_400_000;

let fleet: Fleet;
let road: Road;
const devices: RoadDevice[] = [];

beforeAll(async () => {
  fleet = await startFleet();
  road = await Road.over(fleet);
}, 60_000);

afterAll(async () => {
  await Promise.all(devices.map((device) => device.close()));
  await road?.close();
  await fleet?.stop();
});

async function openDevice(serial: string, options: Partial<RoadDeviceOptions> = {}): Promise<RoadDevice> {
  const device = await RoadDevice.open(fleet, { serial, enrolmentToken: await fleet.enrolmentToken(), ...options });
  devices.push(device);
  return device;
}

interface ShownChange {
  tasks?: { kind: string; status: string }[];
}

/** Waits until snapd is at a task of that kind. */
const doing = (device: RoadDevice, kind: string): Promise<true> =>
  eventually(
    async () => {
      const changes = await device.read<ShownChange[]>('/v2/changes?select=in-progress');
      return changes.some(({ tasks = [] }) => tasks.some((task) => task.kind === kind && task.status === 'Doing'));
    },
    { what: `snapd to be at ${kind}`, everyMs: 10 },
  );

describe('an agent whose own snap is refreshed by order', () => {
  it('is stopped by the change it follows, and the next revision follows it to its end and reports that once', async () => {
    const store = simulatedStore();
    const revisions = [{ revision: 1 }, { revision: 2 }];
    store.addSnap({ name: OWN, services: [{ name: 'agent' }], revisions, channels: { stable: 1, candidate: 2 } });
    const device = await openDevice('own-snap', { store });
    device.startAgent();
    const { id: deviceId } = await road.online('own-snap');
    await road.run(deviceId, 'install', { snaps: [OWN] });
    device.snapd.slowTask('stop-snap-services', 500, OWN);
    device.snapd.slowTask('start-snap-services', 500, OWN);
    const id = await road.order(deviceId, 'refresh', { snaps: [OWN], channel: 'candidate' });
    await doing(device, 'stop-snap-services');
    const before = device.agent;
    await device.stopAgent('SIGTERM');
    expect(await before?.exited).toEqual({ code: 0, signal: null });
    expect(before?.output()).not.toContain(`"message":"Command ended","commandId":"${id}"`);
    await doing(device, 'start-snap-services');
    const after = device.startAgent();
    const command = await road.ended(id);
    expect(command).toMatchObject({ status: 'succeeded', changeIds: [expect.any(String)] });
    expect(device.sent((request) => request.body.includes('candidate'))).toHaveLength(1);
    expect(after.output().split(`"message":"Command ended","commandId":"${id}"`)).toHaveLength(2);
  }, 60_000);
});

describe('an agent whose journal was damaged while it was down', () => {
  it('asks a person about the command that it may have sent, keeps a copy, and serves on', async () => {
    const device = await openDevice('damaged');
    device.startAgent();
    const { id: deviceId } = await road.online('damaged');
    device.snapd.slowTask('download-snap', 3000);
    const parameters = { snaps: ['acme-telemetry'], channel: 'candidate', 'ignore-validation': true };
    const id = await road.order(deviceId, 'refresh', parameters);
    await doing(device, 'download-snap');
    await device.stopAgent('SIGKILL');
    const journal = readFileSync(device.journalFile);
    const at = journal.indexOf('"t":"intent"');
    journal[at + 6] = (journal[at + 6] ?? 0) ^ 1;
    writeFileSync(device.journalFile, journal);
    const agent = device.startAgent();
    expect(await road.ended(id)).toMatchObject({ status: 'unknown', cause: 'journal-damaged' });
    expect(agent.output()).toContain('The journal is damaged');
    expect(readFileSync(`${device.journalFile}.damaged`)).toEqual(journal);
    const read = await road.run(deviceId, 'read-configuration', { name: 'acme-app' });
    expect(read).toMatchObject({ status: 'succeeded' });
    expect(device.sent(({ method, path: of }) => method === 'POST' && of.startsWith('/v2/snaps'))).toHaveLength(1);
    await device.stopAgent();
  }, 60_000);
});

describe('an agent on a disk without room', () => {
  let disk: TinyDisk | undefined;

  afterEach(() => disk?.close());

  it('leaves snapd untouched and says so, also when it starts there, and works again once there is room', async () => {
    disk = await openTinyDisk(256);
    if (!disk) {
      process.stderr.write('Not run on a full disk: nobody may mount a file system here\n');
      return;
    }
    const device = await openDevice('no-room');
    const env = { COREFLEET_STATE_DIR: path.join(disk.path, 'state') };
    device.startAgent({ env });
    const { id: deviceId } = await road.online('no-room');
    let turn = 0;
    const order = () => road.run(deviceId, setConfiguration.operation, setConfiguration.parameters((turn += 1)));
    const sent = (of: number) => device.sent((request) => setConfiguration.isRequest(request, of)).length;
    expect(await order()).toMatchObject({ status: 'succeeded' });
    disk.fill();
    const refused = await eventually(
      async () => {
        const command = await order();
        expect(sent(turn)).toBe(command.status === 'succeeded' ? 1 : 0);
        return command.status === 'failed' && command;
      },
      { what: 'the last page of the journal to be full' },
    );
    expect(refused.cause).toBe('journal-not-writable');
    expect(refused.message).toContain('ENOSPC');
    await device.stopAgent('SIGKILL');
    device.startAgent({ env });
    const told = await order();
    expect(told).toMatchObject({ status: 'failed', cause: 'journal-not-writable' });
    expect(sent(turn)).toBe(0);
    const failed = turn;
    disk.empty();
    await device.stopAgent('SIGKILL');
    device.startAgent({ env });
    expect(await order()).toMatchObject({ status: 'succeeded' });
    expect([sent(failed - 1), sent(failed)]).toEqual([0, 0]);
    await device.stopAgent();
  }, 90_000);
});

describe.each([
  ['ten years behind', -TEN_YEARS_MS],
  ['ten years ahead', TEN_YEARS_MS],
])('an agent whose clock is %s', (what, offMs) => {
  const preload = ['--require', path.resolve(__dirname, 'kill-lab', 'preload-clock.cjs')];
  const serial = `clock-${offMs > 0 ? 'ahead' : 'behind'}`;

  it('carries out what it is ordered, from its start and across a jump in the middle of a command', async () => {
    const device = await openDevice(serial);
    const started = device.startAgent({ nodeArgs: preload, env: { CLOCK_OFF_MS: String(offMs) } });
    const { id: deviceId } = await road.online(serial);
    expect(await road.run(deviceId, 'set-configuration', setConfiguration.parameters(1))).toMatchObject({
      status: 'succeeded',
    });
    expect(started.output()).toContain(`"time":"${new Date(Date.now() + offMs).getUTCFullYear()}-`);
    await device.stopAgent();
    const env = { CLOCK_OFF_MS: String(offMs), CLOCK_OFF_FROM: 'SIGUSR2' };
    const agent = device.startAgent({ nodeArgs: preload, env });
    await agent.ready('"message":"Linked"');
    device.snapd.slowTask('download-snap', 1500);
    const parameters = { snaps: ['acme-telemetry'], channel: 'candidate', 'ignore-validation': true };
    const id = await road.order(deviceId, 'refresh', parameters);
    await doing(device, 'download-snap');
    void agent.kill('SIGUSR2');
    await agent.ready('clock set');
    expect(await road.ended(id)).toMatchObject({ status: 'succeeded' });
    expect(await road.run(deviceId, 'set-configuration', setConfiguration.parameters(2))).toMatchObject({
      status: 'succeeded',
    });
    await device.stopAgent();
  }, 60_000);
});
