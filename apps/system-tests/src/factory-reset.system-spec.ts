import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceView } from '@corefleet/contracts/http';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';
import { shownChanges, storedChanges } from './kill-lab/snapd-rows';

const SERIAL = 'reset-1';
const CONFIGURE = { snap: 'acme-app', values: { turn: 1 } };

let fleet: Fleet;
let road: Road;
let device: RoadDevice;
let first: DeviceView;

beforeAll(async () => {
  fleet = await startFleet();
  road = await Road.over(fleet);
  const { token } = await fleet.api.post<{ token: string }>('/v1/enrolment-tokens', { name: 'once', maxUses: 1 });
  device = await RoadDevice.open(fleet, { serial: SERIAL, enrolmentToken: token, rebootMs: 500 });
  // as a device's owner allows it: by default the agent refuses what is destructive
  const policy = path.join(device.directory, 'policy.json');
  await writeFile(policy, JSON.stringify({ deniedRisks: [] }));
  device.environment = { COREFLEET_POLICY_FILE: policy };
  device.startAgent();
  first = await road.online(SERIAL);
}, 60_000);

afterAll(async () => {
  await device?.close();
  await road?.close();
  await fleet?.stop();
});

const enrolments = (): Promise<{ id: string; status: string }[]> =>
  road.rows('SELECT id, status FROM enrolments WHERE device_id = $1 ORDER BY created_at', [first.id]);

/** Waits until the device is back with another enrolment. */
const backAs = (other: string | null): Promise<DeviceView> =>
  eventually(
    async () => {
      const view = await road.device(SERIAL);
      return view?.online === true && view.enrolmentId !== other && view;
    },
    { what: 'the device to be back with another enrolment', timeoutMs: 20_000 },
  );

it('a reset that was ordered ends in another enrolment of the same device, which is its success', async () => {
  await road.run(first.id, 'set-configuration', CONFIGURE);
  await road.run(first.id, 'set-configuration', { ...CONFIGURE, values: { turn: 0 } });
  const before = await storedChanges(road, first.enrolmentId!);
  const id = await road.order(first.id, 'factory-reset');
  const command = await road.ended(id);
  expect(command).toMatchObject({ status: 'succeeded', message: 'the device came back with a new key' });
  const now = await backAs(first.enrolmentId);
  expect(now).toMatchObject({ id: first.id, bootId: device.snapd.bootId(), claimedAt: null, reEnrolUntil: null });
  expect(await enrolments()).toEqual([
    { id: first.enrolmentId, status: 'retired' },
    { id: now.enrolmentId, status: 'active' },
  ]);
  const [entry] = await road.audit(`subjectId=${first.id}&action=device.re-enrol`);
  expect(entry?.details).toMatchObject({
    retired: first.enrolmentId,
    expectation: { kind: 'ordered', commandId: id },
  });
  expect(await storedChanges(road, first.enrolmentId!)).toEqual(before);
}, 60_000);

it('the changes of before and of after it are kept apart, though their ids begin anew', async () => {
  const { enrolmentId } = (await road.device(SERIAL))!;
  const command = await road.run(first.id, 'set-configuration', CONFIGURE);
  expect(command).toMatchObject({ status: 'succeeded', changeIds: ['1'] });
  await eventually(
    async () => {
      expect(await storedChanges(road, enrolmentId!)).toEqual(await shownChanges(device));
      return true;
    },
    { what: 'the rows to be what snapd shows' },
  );
  const ones = await road.rows<{ enrolment_id: string }>(
    `SELECT enrolment_id FROM changes WHERE change_id = '1' AND enrolment_id = ANY ($1) ORDER BY enrolment_id`,
    [[first.enrolmentId, enrolmentId]],
  );
  expect(ones.map((row) => row.enrolment_id)).toEqual([first.enrolmentId, enrolmentId].sort());
}, 60_000);

it('a reset that nobody ordered waits for a person, while the key of before stays the good one', async () => {
  const { enrolmentId } = (await road.device(SERIAL))!;
  await device.stopAgent();
  await rm(path.join(device.directory, 'state'), { recursive: true });
  const refused = device.startAgent();
  await refused.ready('The server refuses to enrol this device');
  expect(refused.output()).toContain('is enrolled with another key, allow its re-enrolment or revoke it first');
  expect(await road.device(SERIAL)).toMatchObject({ enrolmentId, claimedAt: expect.any(String) as string });
  await fleet.api.post(`/v1/devices/${first.id}/allow-re-enrolment`, { remark: 'I have seen it', forSeconds: 600 });
  await device.stopAgent();
  device.startAgent();
  await backAs(enrolmentId);
  expect((await enrolments()).map(({ status }) => status)).toEqual(['retired', 'retired', 'active']);
  expect(await road.run(first.id, 'set-configuration', CONFIGURE)).toMatchObject({ status: 'succeeded' });
}, 60_000);
