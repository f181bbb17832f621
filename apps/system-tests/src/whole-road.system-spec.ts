import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { startSimulatedFleet, type SimulatedFleet } from '@corefleet/apps/simulator';
import type { ArtifactView, ChangeMoment, CommandDetail } from '@corefleet/contracts/http';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { enrolBareDevice, openLink, upgradeWithout, type BareDevice } from './kill-lab/device-socket';
import { LiveEvents } from './kill-lab/live-events';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';
import { shownChanges, shownNotices, storedChanges, storedNotices } from './kill-lab/snapd-rows';

const SERIAL = 'road-1';
const NOWHERE = '0198c0de-0000-7000-8000-000000000000';
const SIMULATED = 4;
/** A snap without base or services. */
const SNAP = path.resolve('libs/testing/snapd-recordings/snaps/lab-noop_1.squashfs');

let fleet: Fleet;
let road: Road;
let device: RoadDevice;
let others: SimulatedFleet;
let deviceId: string;
let enrolmentId: string;

beforeAll(async () => {
  fleet = await startFleet();
  road = await Road.over(fleet);
  device = await RoadDevice.open(fleet, {
    serial: SERIAL,
    enrolmentToken: await fleet.enrolmentToken({ site: 'lab' }),
  });
  device.startAgent();
  const enrolmentToken = await fleet.enrolmentToken({ site: 'field' });
  const simulated = { devices: SIMULATED, taskMs: 20, rebootMs: 50 };
  others = await startSimulatedFleet({ server: fleet.api.url, enrolmentToken, ...simulated });
  const view = await road.online(SERIAL);
  deviceId = view.id;
  enrolmentId = view.enrolmentId ?? '';
}, 60_000);

afterAll(async () => {
  await others?.stop();
  await device?.close();
  await road?.close();
  await fleet?.stop();
});

const run = (operation: string, parameters: object): Promise<CommandDetail> =>
  road.run(deviceId, operation, parameters);

describe('the whole road', () => {
  it('shows the device as its snapd does, with the labels of its token', async () => {
    expect(await road.device(SERIAL)).toMatchObject({
      brandId: 'acme',
      labels: { site: 'lab' },
      snapdState: 'reachable',
      bootId: device.snapd.bootId(),
    });
  });

  it('refreshes a snap and tells about it live', async () => {
    const events = await LiveEvents.listen(fleet.api);
    const command = await run('refresh', {
      snaps: ['acme-telemetry'],
      channel: 'candidate',
      'ignore-validation': true,
    });
    expect(command).toMatchObject({ status: 'succeeded', result: [{ name: 'acme-telemetry', revision: '8' }] });
    expect(await device.read('/v2/snaps/acme-telemetry')).toMatchObject({ revision: '8' });
    expect(command.changes).toMatchObject([{ kind: 'refresh-snap', status: 'Done', commandId: command.id }]);
    await eventually(() => heard(events, 'commands', command.id) && heard(events, 'changes', deviceId), {
      what: 'the live events',
    });
    events.close();
  });

  it('creates, boots and makes default a recovery system', async () => {
    const before = device.snapd.bootId();
    const asked = { label: 'tested', 'test-system': true, 'mark-default': true };
    const command = await run('create-recovery-system', asked);
    expect(command).toMatchObject({ status: 'succeeded', changes: [{ kind: 'create-recovery-system' }] });
    expect(device.snapd.bootId()).not.toBe(before);
    expect(await device.read('/v2/systems')).toMatchObject({
      systems: expect.arrayContaining([
        expect.objectContaining({ label: 'tested', 'default-recovery-system': true }),
      ]) as unknown,
    });
  });

  it('brings an uploaded snap to a device of the simulated fleet', async () => {
    const { id } = await road.online('sim-00001');
    const { sha256, size, name } = await fleet.api.upload<ArtifactView>(SNAP);
    const command = await road.run(id, 'sideload', { files: [{ sha256, size, name }] });
    expect(command).toMatchObject({ status: 'succeeded', result: [{ name: 'lab-noop', revision: 'x1' }] });
  });

  it.each([
    [
      'enforce-validation-set',
      { 'validation-set': 'acme/base=14', refresh: true },
      { 'pinned-at': 14, mode: 'enforce' },
    ],
    ['enforce-validation-set', { 'validation-set': 'acme/base' }, { sequence: 14, mode: 'enforce' }],
    [
      'monitor-validation-set',
      { 'validation-set': 'acme/base=13' },
      { 'pinned-at': 13, mode: 'monitor', valid: false },
    ],
    ['monitor-validation-set', { 'validation-set': 'acme/base' }, { sequence: 14, mode: 'monitor' }],
  ])('verifies %s %j', async (operation, parameters, shown) => {
    expect(await run(operation, parameters)).toMatchObject({ status: 'succeeded' });
    expect(await device.read('/v2/validation-sets')).toMatchObject([{ valid: true, ...shown }]);
  });

  it('forgets a validation set', async () => {
    expect(await run('forget-validation-set', { 'validation-set': 'acme/base' })).toMatchObject({
      status: 'succeeded',
    });
    expect(await device.read('/v2/validation-sets')).toEqual([]);
  });

  it('carries a refusal of snapd through word for word', async () => {
    const message =
      'cannot enforce validation set: internal error: cannot find validation set assertion: validation-set assertion not found';
    const refused = await run('enforce-validation-set', { 'validation-set': 'acme/nothing=1' });
    expect(refused).toMatchObject({ status: 'failed', cause: 'snapd-refused', message });
  });

  it('rolls out in two waves', async () => {
    const rollout = await fleet.api.post<{ id: string }>('/v1/rollouts', {
      name: 'base 14 in the field',
      does: {
        steps: [
          { operation: 'enforce-validation-set', parameters: { 'validation-set': 'acme/base=14', refresh: true } },
        ],
      },
      filter: 'label.site=field',
      waves: [{ count: 1 }, { percent: 100 }],
    });
    const { status, waves } = await road.finished(rollout.id);
    expect({ status, waves }).toMatchObject({
      status: 'finished',
      waves: [
        { size: 1, status: 'passed', counts: { succeeded: 1 } },
        { size: SIMULATED - 1, status: 'passed', counts: { succeeded: SIMULATED - 1 } },
      ],
    });
    const said = (await road.audit(`subjectId=${rollout.id}`)).map(({ action }) => action);
    const perWave = ['rollout.pass-wave', 'rollout.start-wave'];
    expect(said).toContain('rollout.targets');
    expect(said.filter((action) => action !== 'rollout.targets').sort()).toEqual(
      ['rollout.create', 'rollout.finish', ...perWave, ...perWave].sort(),
    );
  });

  it('keeps what snapd did without an order, and what became of it', async () => {
    const id = await device.act('/v2/apps', { action: 'restart', names: ['acme-app.daemon'] });
    const [end] = await eventually(
      async () => {
        const route = `/v1/devices/${deviceId}/change-history?changeId=${id}`;
        const { items } = await fleet.api.get<{ items: ChangeMoment[] }>(route);
        return items[0]?.ready ? items : undefined;
      },
      { what: 'the change to be kept', timeoutMs: 20_000 },
    );
    expect(end).toMatchObject({ changeId: id, commandId: null, kind: 'service-control', status: 'Done' });
    expect(end?.tasks).toMatchObject([{ status: 'Done' }]);
  });

  it('has the changes, tasks and notices in Postgres that snapd shows', async () => {
    const changes = await shownChanges(device);
    expect(changes.length).toBeGreaterThanOrEqual(3);
    const notices = await shownNotices(device);
    expect(notices.length).toBeGreaterThanOrEqual(3);
    await eventually(
      async () => {
        expect(await storedChanges(road, enrolmentId)).toEqual(await shownChanges(device));
        expect(await storedNotices(road, enrolmentId)).toEqual(await shownNotices(device));
        return true;
      },
      { what: 'the rows to be what snapd shows' },
    );
  });

  it('says in the audit who ordered what', async () => {
    const command = await run('read-configuration', { name: 'system' });
    const entries = await road.audit('action=command.issue');
    expect(JSON.stringify(entries)).toContain(command.operation);
    const [row] = await road.rows<{ actor_name: string; action: string }>(
      'SELECT a.* FROM audit_entries a JOIN commands c ON c.audit_id = a.id WHERE c.id = $1',
      [command.id],
    );
    expect(row).toMatchObject({ action: 'command.issue', actor_name: 'admin' });
  });
});

const heard = (events: LiveEvents, topic: string, id: string): boolean =>
  events.heard().some((event) => event.topic === topic && event.id === id);

describe('bad input', () => {
  afterEach(() => expect(road.down()).toEqual([]));

  it.each([
    ['an unknown device', NOWHERE, { deviceIds: [NOWHERE], operation: 'refresh' }],
    ['an unknown operation', 'fly', { operation: 'fly' }],
    ['an unknown parameter', 'wings', { operation: 'refresh', parameters: { wings: 2 } }],
  ])('names %s, and the audit keeps the refusal', async (_, named, asked) => {
    const before = await road.audit('action=request.refuse');
    const problem = await refusalOf('/v1/commands', { deviceIds: [deviceId], ...asked });
    expect(problem).toMatchObject({ status: 400, problem: { code: 'invalid-request' } });
    expect(JSON.stringify(problem)).toContain(named);
    const after = await road.audit('action=request.refuse');
    expect(after).toHaveLength(before.length + 1);
    expect(after[0]).toMatchObject({ outcome: 'refused', actor: { name: 'admin' } });
  });

  describe('at the gateway', () => {
    let bare: BareDevice;

    beforeAll(async () => {
      bare = await enrolBareDevice(fleet.api.url, await fleet.enrolmentToken(), `bare-${randomUUID()}`);
    });

    it('lets no unsigned upgrade in', async () => {
      expect(await upgradeWithout(bare.gatewayUrl)).toBe(401);
    });

    it('lets the second connection of a device replace the first, and says so', async () => {
      const first = await openLink(bare);
      const second = await openLink(bare);
      expect(await first.closed).toBe(4409);
      expect(first.frames).toContainEqual(expect.objectContaining({ type: 'bye', reason: 'replaced' }));
      expect((await road.device((await bareView(bare)).serial))?.online).toBe(true);
      second.close();
    });

    it.each([
      ['an unparsable frame', '{"type":', 4400],
      ['a frame of no known type', '{"type":"fly"}', 4400],
      ['a binary frame', Buffer.from([1, 2, 3]), 1003],
      ['an oversized frame', 'x'.repeat(2 * 1024 * 1024), 1009],
    ])('ends the link over %s', async (_, data, code) => {
      const link = await openLink(bare);
      link.send(data);
      expect(await link.closed).toBe(code);
    });
  });

  const refusalOf = (path: string, body: object): Promise<unknown> =>
    fleet.api.post(path, body).then(
      () => undefined,
      (error: unknown) => error,
    );

  const bareView = (bare: BareDevice): Promise<{ serial: string }> => fleet.api.get(`/v1/devices/${bare.deviceId}`);

  it.each([
    ['is absent', 'unreachable', 'cannot reach snapd', () => device.snapd.refuseConnections()],
    [
      'answers garbage',
      'garbage',
      'cannot understand the answer to GET /v2/',
      () => Promise.resolve(device.snapd.injectGarbage(100_000)),
    ],
  ])('says so when snapd %s, and goes on when it is back', async (_, state, words, spoil) => {
    await spoil();
    const asked = { snap: 'system', values: { 'refresh.retain': 3 } };
    const command = await road.order(deviceId, 'set-configuration', asked, { deadlineSeconds: 2 });
    expect(await road.ended(command)).toMatchObject({
      status: 'failed',
      cause: expect.stringContaining('snapd') as string,
      message: expect.stringContaining(words) as string,
    });
    await eventually(async () => (await road.device(SERIAL))?.snapdState === state, { what: `snapd to be ${state}` });
    await device.snapd.clearFaults();
    expect(await run('set-configuration', asked)).toMatchObject({ status: 'succeeded' });
    expect(device.agent?.isRunning()).toBe(true);
    await eventually(async () => (await road.device(SERIAL))?.snapdState === 'reachable', { what: 'snapd to be back' });
  });
});
