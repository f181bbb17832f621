import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi } from '../testing/test-api';
import { ReportingDevices, runs, type ReportingDevice } from './testing/reporting-devices';

let api: TestApi;
let token: string;
let devices: ReportingDevices;

beforeAll(async () => {
  const store = await createTestDatabase();
  api = await TestApi.start(store, testRedis());
  token = await api.session('vera', 'viewer');
  devices = new ReportingDevices(store);
});

afterAll(async () => {
  await devices.close();
  await api.stop();
});

const get = async (path: string) => {
  const answer = await api.call('GET', path, { token });
  return answer.status === 200 ? answer.body : { ...answer.body, status: answer.status };
};

describe('recovery systems', () => {
  it('of a device are shown with whose they are, how old, and how far behind', async () => {
    const device = await devices.aDevice('one');
    await devices.says(device, runs(1, '5'));
    await devices.made(device, 'ours');
    await devices.says(device, runs(15, '6', 'ours', 'theirs'));
    const path = `/v1/devices/${device.deviceId}/recovery-systems`;
    expect(await get(path)).toMatchObject({
      state: 'stale',
      items: [
        { label: 'theirs', maker: 'unknown', tested: null, behind: null, fresh: false },
        {
          ...{ label: 'ours', maker: 'ours', tested: true, behind: 14, differingSnaps: 1, fresh: false },
          ageSeconds: expect.any(Number),
          distance:
            'recovery is 14 sequences behind running (acme/base: made of 1, runs 15); ' +
            '1 of the 1 snaps in recovery run at other revisions',
        },
        { label: 'factory', maker: 'factory', current: true, default: true, madeAt: null, ageSeconds: null },
      ],
      warnings: [{ cause: 'made-by-others', message: 'systems that we did not make are left alone: theirs' }],
    });
    expect((await get(`${path}?maker=factory`))['items']).toMatchObject([{ label: 'factory' }]);
    expect((await get(`${path}?tested=true`))['items']).toMatchObject([{ label: 'ours' }]);
    expect(await get(`/v1/devices/${NOWHERE}/recovery-systems`)).toMatchObject({ status: 404 });
    expect(await get(`${path}?maker=me`)).toMatchObject({ status: 400, problems: [{ field: 'maker' }] });
  });

  it('are a change on the device that we did not order: a person made it, or a remodel did', async () => {
    const device = await devices.aDevice('two');
    await devices.says(device, runs(1, '5'));
    for (const [changeId, kind, label] of [
      ['1', 'create-recovery-system', 'hand'],
      ['2', 'remodel', '20261127'],
    ] as const) {
      const tasks = [{ kind: 'create-recovery-system', summary: `Create recovery system with label "${label}"` }];
      const at = { spawnTimeNs: BigInt(changeId), spawnTime: '', receivedAt: new Date(), journalEpoch: 1, number: 1n };
      const change = { changeId, kind, summary: '', status: 'Done', ready: true, tasks, ...at };
      await devices.owner.prisma.change.create({ data: { enrolmentId: device.enrolmentId, ...change } });
    }
    await devices.says(device, runs(1, '5', 'hand', '20261127'));
    const { items } = await get(`/v1/devices/${device.deviceId}/recovery-systems`);
    expect((items as { label: string; maker: string }[]).map(({ label, maker }) => [label, maker]).sort()).toEqual([
      ['20261127', 'snapd'],
      ['factory', 'factory'],
      ['hand', 'person'],
    ]);
  });

  it('of a fleet are counted, and listed by how they are', async () => {
    const [silent, plain, fresh, stale] = [
      await devices.aDevice('three'),
      await devices.aDevice('three'),
      await devices.aDevice('three'),
      await devices.aDevice('three'),
    ];
    for (const device of [plain, fresh, stale]) await devices.says(device, runs(1, '5'));
    for (const device of [fresh, stale]) await devices.made(device, 'ours');
    await devices.says(fresh, runs(1, '5', 'ours'));
    await devices.says(stale, runs(3, '6', 'ours'));
    const filter = encodeURIComponent('label.site=three');
    expect(await get(`/v1/recovery-systems/summary?filter=${filter}`)).toEqual({
      devices: 4,
      states: { fresh: 1, stale: 1, unknown: 1, none: 0, silent: 1 },
      behind: [
        { sequences: 0, devices: 1 },
        { sequences: 2, devices: 1 },
      ],
      ...{ untested: 2, withoutDefault: 1, withoutOurs: 2, seedRefresh: 0 },
    });
    const ids = async (query: string): Promise<string[]> =>
      ((await get(`/v1/recovery-systems?filter=${filter}&${query}`))['items'] as ReportingDevice[]).map(
        (it) => it.deviceId,
      );
    expect(await ids('state=silent')).toEqual([silent.deviceId]);
    expect(await ids('behind=1')).toEqual([stale.deviceId]);
    expect(await ids('tested=true')).toEqual([fresh.deviceId, stale.deviceId].sort());
    expect(await ids('hasDefault=false')).toEqual([silent.deviceId]);
    const first = await get(`/v1/recovery-systems?filter=${filter}&limit=3`);
    expect(first['items']).toHaveLength(3);
    const rest = await ids(`limit=3&cursor=${String(first['next'])}`);
    expect(rest).toEqual([[silent, plain, fresh, stale].map((it) => it.deviceId).sort()[3]]);
    expect(await get('/v1/recovery-systems/summary?filter=nonsense')).toMatchObject({ status: 400 });
  });
});
