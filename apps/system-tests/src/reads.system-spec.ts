import { SnapdClient, unixSocketTransport } from '@corefleet/snapd-client';
import { ApiProblem, startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import path from 'node:path';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';

const SERIAL = 'read-1';

interface Answer {
  readonly command: { readonly id: string; readonly operation: string };
  readonly result: unknown;
}

let fleet: Fleet;
let road: Road;
let device: RoadDevice;
let deviceId: string;

beforeAll(async () => {
  fleet = await startFleet({ apis: 2, env: { COREFLEET_READS_KEPT_MS: '600000' } });
  road = await Road.over(fleet);
  device = await RoadDevice.open(fleet, { serial: SERIAL, enrolmentToken: await fleet.enrolmentToken() });
  device.startAgent();
  deviceId = (await road.online(SERIAL)).id;
}, 60_000);

afterAll(async () => {
  await device?.close();
  await road?.close();
  await fleet?.stop();
});

afterEach(() => expect(road.down()).toEqual([]));

/** @param copy which copy of the API is asked */
const ask = (of: string, copy = 0): Promise<Answer> =>
  fleet.api.at(fleet.members.api[copy]?.url ?? '').get<Answer>(`/v1/devices/${deviceId}/snapd${of}`);

const refusal = async (of: string): Promise<{ status: number; problem: object }> => {
  const error: unknown = await ask(of).catch((error: unknown) => error);
  if (!(error instanceof ApiProblem)) throw new Error(`it was answered: ${JSON.stringify(error)}`);
  return { status: error.status, problem: error.problem };
};

describe('a read of one device', () => {
  it.each([
    '/v2/system-info',
    '/v2/snaps',
    '/v2/snaps?select=all&snaps=acme-telemetry',
    '/v2/snaps/acme-telemetry',
    '/v2/snaps/system/conf',
    '/v2/changes?select=all',
    '/v2/warnings?select=all',
    '/v2/validation-sets',
    '/v2/systems',
  ])('of %s is what snapd says, at either copy of the API', async (of) => {
    const said = await device.read(of);
    for (const copy of [0, 1]) expect((await ask(of, copy)).result).toEqual(said);
  });

  it('is a command like any: audited, and kept for a while', async () => {
    const { command } = await ask('/v2/snaps?select=enabled');
    expect(await road.ended(command.id)).toMatchObject({ operation: 'read-snaps', status: 'succeeded' });
    const [entry] = await road.audit('action=command.issue');
    expect(entry).toMatchObject({
      actor: { name: 'admin' },
      details: { operation: 'read-snaps', parameters: { select: 'enabled' }, commands: [command.id] },
    });
  });

  it('carries the refusal of snapd through word for word', async () => {
    expect(await refusal('/v2/snaps/nowhere')).toMatchObject({
      status: 404,
      problem: {
        code: 'snapd-refused',
        detail: 'snap not installed',
        snapdKind: 'snap-not-found',
        snapdValue: 'nowhere',
        snapdStatus: 404,
        command: expect.any(String) as string,
      },
    });
  });

  it.each([
    ['/v2/nothing', 404, { code: 'not-found', detail: 'cannot find read of snapd "/v2/nothing"' }],
    [
      '/v2/changes?select=never',
      400,
      { problems: [{ field: 'select', message: 'select should be one of: all,in-progress,ready' }] },
    ],
    ['/v2/snaps?wings=2', 400, { problems: [{ field: 'wings', message: 'is not a parameter of this read' }] }],
  ])('is refused before it is issued for %s', async (of, status, problem) => {
    const before = await road.audit('action=command.issue');
    expect(await refusal(of)).toMatchObject({ status, problem });
    expect(await road.audit('action=command.issue')).toHaveLength(before.length);
  });

  it('shows what is sensitive once, and keeps it nowhere', async () => {
    const client = new SnapdClient(unixSocketTransport(path.join(device.directory, 'snapd.socket')));
    await client.users.create({ email: 'ada@example.com', known: false });
    client.close();
    const { command, result } = await ask('/v2/users');
    expect(JSON.stringify(result)).toContain('ada@example.com');
    expect(await road.ended(command.id)).toMatchObject({ status: 'succeeded', result: null });
    const kept = await road.rows(`
      SELECT (SELECT json_agg(c) FROM commands c)::text || coalesce((SELECT json_agg(r) FROM command_reports r)::text, '')
             || (SELECT json_agg(a) FROM audit_entries a)::text AS everything`);
    expect(JSON.stringify(kept)).not.toContain('ada@example.com');
    const said = Object.values(fleet.members)
      .flat()
      .map(({ process }) => process.output());
    expect(said.join() + (device.agent?.output() ?? '')).not.toContain('ada@example.com');
  });

  it('cannot be ordered as a command where its answer would be kept', async () => {
    const asked = { deviceIds: [deviceId], operation: 'read-users', parameters: {} };
    await expect(fleet.api.post('/v1/commands', asked)).rejects.toMatchObject({ status: 400 });
  });

  it('is answered after its gateway was killed in the middle', async () => {
    const [gateway] = fleet.members.gateway;
    const answer = ask('/v2/snaps/system/conf');
    await fleet.replace(gateway!);
    expect((await answer).result).toEqual(await device.read('/v2/snaps/system/conf'));
  });

  it('is answered again when a copy of the API was killed in the middle', async () => {
    const [, second] = fleet.members.api;
    const lost = ask('/v2/snaps', 1).catch((error: unknown) => error);
    await fleet.replace(second!);
    await lost;
    expect((await ask('/v2/snaps', 1)).result).toEqual(await device.read('/v2/snaps'));
  });

  it('says at once that the device is offline', async () => {
    await device.stopAgent();
    await eventually(async () => (await road.device(SERIAL))?.online === false, { what: 'the device to be offline' });
    const before = Date.now();
    expect(await refusal('/v2/snaps')).toMatchObject({ status: 503, problem: { code: 'device-offline' } });
    expect(Date.now() - before).toBeLessThan(2_000);
    device.startAgent();
    await road.online(SERIAL);
  });
});
