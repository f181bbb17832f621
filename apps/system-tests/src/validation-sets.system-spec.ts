import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { simulatedStore } from '@corefleet/apps/simulator';
import { mintBrand, type Brand } from '@corefleet/assertions';
import { SnapdClient, unixSocketTransport } from '@corefleet/snapd-client';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';

const SERIAL = 'sets-1';
const brand = mintBrand('widgets');
const stranger = mintBrand('stranger');
const folder = mkdtempSync(path.join(tmpdir(), 'corefleet-trust-'));
const trusted = path.join(folder, 'trusted.assertions');

let fleet: Fleet;
let road: Road;
let device: RoadDevice;
let deviceId: string;

beforeAll(async () => {
  writeFileSync(trusted, `${brand.root.account}\n${brand.root.accountKey}`);
  const often = { COREFLEET_HEARTBEAT_MS: '200', COREFLEET_FACTS_EVERY_BEATS: '1' };
  fleet = await startFleet({ env: { COREFLEET_TRUSTED_ASSERTIONS: trusted, ...often } });
  road = await Road.over(fleet);
  const store = simulatedStore();
  for (const sequence of [1, 2])
    store.addValidationSet({ accountId: 'widgets', name: 'base', sequence, snaps: [missing] });
  device = await RoadDevice.open(fleet, { serial: SERIAL, enrolmentToken: await fleet.enrolmentToken(), store });
  device.startAgent();
  deviceId = (await road.online(SERIAL)).id;
}, 60_000);

afterAll(async () => {
  await device?.close();
  await road?.close();
  await fleet?.stop();
  rmSync(folder, { recursive: true });
});

const missing = { name: 'widget', id: 'w'.repeat(32), presence: 'required' as const };
const setOf = (by: Brand, sequence: number) => by.validationSet({ name: 'base', sequence, snaps: [missing] });

/** Gives the device assertions as a person would, with all that vouches for them. */
async function ack(by: Brand, ...texts: string[]): Promise<void> {
  const stream = [by.root.account, by.root.accountKey, by.account, by.accountKey, ...texts];
  expect(await road.run(deviceId, 'add-assertions', { assertions: stream.join('\n') })).toMatchObject({
    status: 'succeeded',
  });
}

const importFrom = (accountId: string): Promise<{ items: { type: string; outcome: string }[] }> =>
  fleet.api.post('/v1/validation-sets/import-from-device', { deviceId, accountId, name: 'base' });

interface SetView {
  accountId: string;
  state: string;
  sequence: number | null;
  reasons: { words: string }[];
  drift: { words: string; commandId: string } | null;
}

async function view(): Promise<SetView | undefined> {
  const { items } = await fleet.api.get<{ items: SetView[] }>(`/v1/devices/${deviceId}/validation-sets`);
  return items.find(({ accountId }) => accountId === 'widgets');
}

describe('validation sets of a device', () => {
  it('are read back with all that vouches for them, and verified', async () => {
    await ack(brand, setOf(brand, 1), setOf(brand, 2));
    const { items } = await importFrom('widgets');
    expect(items.map(({ type, outcome }) => `${type} ${outcome}`).sort()).toEqual([
      'account imported',
      'account imported',
      'account-key imported',
      'account-key imported',
      'validation-set imported',
      'validation-set imported',
    ]);
    const first = await fleet.api.get('/v1/validation-sets/widgets/base/sequences/1');
    expect(first).toMatchObject({ source: 'device', deviceId, importedBy: 'admin' });
    expect((await importFrom('widgets')).items.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
  });

  it('are believed no more than a file is', async () => {
    await ack(stranger, setOf(stranger, 1));
    await expect(importFrom('stranger')).rejects.toMatchObject({
      status: 400,
      problem: {
        problems: expect.arrayContaining([
          {
            field: 'validation-set (1; series:16 account-id:stranger name:base)',
            message: expect.stringMatching(/^is not verified, its signer is not known/) as string,
          },
        ]) as unknown,
      },
    });
    await expect(fleet.api.get('/v1/validation-sets/stranger/base')).rejects.toMatchObject({ status: 404 });
    await expect(importFrom('nobody')).rejects.toMatchObject({
      status: 400,
      problem: { problems: [{ field: 'deviceId' }] },
    });
  });

  it('show what is wrong, and what somebody did by hand', async () => {
    const command = await road.run(deviceId, 'monitor-validation-set', { 'validation-set': 'widgets/base=2' });
    expect(command).toMatchObject({ status: 'succeeded' });
    await eventually(async () => (await view())?.state === 'invalid', { what: 'the device to tell its set' });
    expect(await view()).toMatchObject({ sequence: 2, reasons: [{ words: 'snap "widget" missing' }], drift: null });

    const snapd = new SnapdClient(unixSocketTransport(path.join(device.directory, 'snapd.socket')));
    await snapd.validationSets.apply('widgets', 'base', { mode: 'monitor', sequence: 1 });
    await eventually(async () => (await view())?.drift !== null, { what: 'the drift to show' });
    expect((await view())?.drift).toMatchObject({ words: 'pinned at 2, shows 1', commandId: command.id });
    const compliance = await fleet.api.get('/v1/validation-sets/widgets/base/compliance?sequence=2&drifted=true');
    expect(compliance).toMatchObject({
      counts: { devices: 1, invalid: 1, drifted: 1 },
      items: [{ deviceId, reasons: [{ words: 'at sequence 1, wants 2' }, { words: 'snap "widget" missing' }] }],
    });

    const filter = encodeURIComponent('set.widgets/base.drifted=true');
    const drifted = await fleet.api.get<{ items: { id: string }[] }>(`/v1/devices?filter=${filter}`);
    expect(drifted.items.map(({ id }) => id)).toEqual([deviceId]);

    await road.run(deviceId, 'monitor-validation-set', { 'validation-set': 'widgets/base=2' });
    await eventually(async () => (await view())?.drift === null, { what: 'the remedy to show' });
  });
});
