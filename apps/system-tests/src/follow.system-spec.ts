import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFleet, type Fleet, type Member } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { Flood } from './kill-lab/flood';
import { LogClient } from './kill-lab/log-client';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';

const SERIAL = 'follow-1';
const MIB = 1024 * 1024;

let fleet: Fleet;
let road: Road;
let device: RoadDevice;
let flood: Flood;
let deviceId: string;

beforeAll(async () => {
  fleet = await startFleet({ apis: 2 });
  road = await Road.over(fleet);
  device = await RoadDevice.open(fleet, { serial: SERIAL, enrolmentToken: await fleet.enrolmentToken() });
  flood = await Flood.start(path.join(device.directory, 'flood.socket'), device.proxy.socketPath);
  device.startAgent({ env: { COREFLEET_SNAPD_SOCKET: flood.socketPath } });
  deviceId = (await road.online(SERIAL)).id;
}, 60_000);

afterAll(async () => {
  await flood?.close();
  await device?.close();
  await road?.close();
  await fleet?.stop();
});

afterEach(async () => {
  await eventually(() => flood.following === 0, { what: 'nobody to follow any more', timeoutMs: 60_000 });
  expect(road.down()).toEqual([]);
});

const follow = (query = 'follow=true', copy = 0, accept?: string): Promise<LogClient> => {
  const url = `${fleet.members.api[copy]?.url}/v1/devices/${deviceId}/snapd/v2/logs?${query}`;
  return LogClient.open(url, fleet.api.bearer, accept);
};

const isFollowed = (count = 1): Promise<unknown> =>
  eventually(() => flood.following === count, { what: `${count} to follow` });

const residentBytes = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;

const inOrder = (numbers: readonly number[]): boolean => numbers.every((number, at) => number === at + 1);

describe('a log that is followed', () => {
  it('comes in order, all of it, as fast as it is read', async () => {
    const client = await follow();
    expect([client.status, client.contentType]).toEqual([200, 'application/json-seq']);
    client.resume();
    await eventually(() => client.entries.length > 20_000, { what: '20,000 lines', timeoutMs: 30_000 });
    expect(inOrder(client.numbers)).toBe(true);
    client.leave();
  });

  it('comes as server-sent events to who asks for them', async () => {
    const client = await follow('follow=true', 1, 'text/event-stream');
    expect([client.status, client.contentType]).toEqual([200, 'text/event-stream']);
    client.leave();
  });

  it('is refused in the words of snapd', async () => {
    await device.stopAgent();
    device.startAgent();
    await eventually(
      async () => {
        const client = await follow('follow=true&names=nowhere');
        client.leave();
        return client.status === 404;
      },
      { what: 'the refusal' },
    );
    await device.stopAgent();
    device.startAgent({ env: { COREFLEET_SNAPD_SOCKET: flood.socketPath } });
    await eventually(
      async () => {
        const client = await follow();
        client.leave();
        return client.status === 200;
      },
      { what: 'the flood to be followed' },
    );
  });

  it('makes the device wait for who reads slowly, and takes no memory anywhere', async () => {
    const parts = ['api', 'gateway'].flatMap((part) => fleet.members[part as Member['part']]);
    const pids = [...parts.map(({ process }) => process.pid), device.agent?.pid ?? 0];
    const before = pids.map(residentBytes);
    const from = flood.lines;
    const client = await follow();
    let written = 0;
    await eventually(
      async () => {
        const was = flood.lines;
        await sleep(2_000);
        written = flood.lines - from;
        return was === flood.lines;
      },
      { what: 'the device to wait', timeoutMs: 30_000 },
    );
    const grown = pids.map((pid, at) => residentBytes(pid) - (before[at] ?? 0));
    expect(written * 280).toBeLessThan(16 * MIB);
    expect(Math.max(...grown)).toBeLessThan(32 * MIB);
    client.resume();
    await eventually(() => client.entries.length > written, { what: 'it to go on', timeoutMs: 30_000 });
    expect(inOrder(client.numbers)).toBe(true);
    client.leave();
  });

  it('is one of at most four of a device', async () => {
    const clients = await Promise.all([0, 1, 0, 1].map((copy) => follow('follow=true', copy)));
    expect(clients.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const fifth = await follow();
    expect(fifth.status).toBe(429);
    for (const client of [...clients, fifth]) client.leave();
  });

  it('ends, and says so, when snapd goes away', async () => {
    const client = await follow();
    client.resume();
    await isFollowed();
    flood.cut();
    await eventually(() => client.end, { what: 'the end' });
    expect(client.end?.code).toMatch(/^snapd-/);
  });

  it('ends, and says so, when the gateway is killed', async () => {
    const client = await follow();
    client.resume();
    await isFollowed();
    await fleet.replace(fleet.members.gateway[0]!);
    await eventually(() => client.end, { what: 'the end', timeoutMs: 40_000 });
    // what the gateway held when it died may be a chunk of the stream
    expect(['link-closed', 'chunks-lost']).toContain(client.end?.code);
    await road.online(SERIAL);
  });

  it('ends at the device when its copy of the API is killed', async () => {
    const client = await follow('follow=true', 1);
    client.resume();
    await isFollowed();
    await fleet.replace(fleet.members.api[1]!);
    await eventually(() => client.closed, { what: 'the connection to break' });
    const before = Date.now();
    await eventually(() => flood.following === 0, { what: 'the lease to end', timeoutMs: 45_000 });
    expect(Date.now() - before).toBeLessThan(40_000);
  }, 90_000);

  it('ends, and says so, when the device is revoked', async () => {
    const client = await follow();
    client.resume();
    await isFollowed();
    await fleet.api.post(`/v1/devices/${deviceId}/revoke`);
    await eventually(() => client.end, { what: 'the end' });
    expect(client.end?.code).toBe('revoked');
  });
});
