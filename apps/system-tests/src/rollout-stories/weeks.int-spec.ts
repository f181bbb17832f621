import { RolloutsReadModel, type RolloutView } from '@corefleet/features/rollouts';
import { beginRollout, startClosedLoop, type ClosedLoop } from '@corefleet/testing/closed-loop-fleet';
import { differences } from './rows-and-devices';
import { BASE_14 } from './steps';
import { AT_13, AT_14, shownBy } from './what-devices-show';

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
const WHOLE = [{ percent: 100 }];

type Device = ClosedLoop['devices'][number];

let loop: ClosedLoop;

beforeAll(async () => {
  loop = await startClosedLoop({ devices: 160, labels: (at) => ({ of: STORIES[Math.floor(at / 20)] ?? 'paused' }) });
}, 60_000);

afterAll(() => loop.stop());

/** Twenty devices for each story, and forty for the last. */
const STORIES = ['run-when-back', 'skip-if-late', 'latest-only', 'expired', 'late', 'retried'];

const devicesOf = (story: string): readonly Device[] =>
  story === 'paused' ? loop.devices.slice(120) : loop.devices.slice(STORIES.indexOf(story) * 20).slice(0, 20);

const seen = (id: string): Promise<RolloutView> => loop.server.service(RolloutsReadModel).get(id);

const countsOf = async (id: string) => (await seen(id)).waves.map(({ counts }) => counts);

const begin = (story: string, over: Partial<Parameters<typeof beginRollout>[1]> = {}): Promise<RolloutView> =>
  beginRollout(loop, { name: `Base 14, ${story}`, does: BASE_14, filter: `label.of=${story}`, waves: WHOLE, ...over });

/** They go away, and the server has noticed. */
async function goAway(devices: readonly Device[]): Promise<void> {
  for (const device of devices) device.goOffline();
  await loop.fleet.pass({ ms: 5 * MINUTE_MS });
}

async function comeBack(devices: readonly Device[]): Promise<void> {
  for (const device of devices) device.comeBack();
  await loop.fleet.pass({ ms: 5 * MINUTE_MS });
}

describe('devices that were away for three weeks', () => {
  it.each([
    ['run-when-back', { succeeded: 20 }, AT_14],
    ['skip-if-late', { succeeded: 17, skipped: 3 }, AT_13],
    ['latest-only', { succeeded: 17, skipped: 3 }, AT_14],
  ] as const)('catch up as asked: %s', async (catchUp, counts, shown) => {
    const away = devicesOf(catchUp).slice(0, 3);
    await goAway(away);
    const { id } = await begin(catchUp, { catchUp });
    await loop.fleet.pass({ ms: 21 * DAY_MS }, DAY_MS);
    const reason = expect.stringMatching(/^waiting for 3 devices that are away, until /) as string;
    expect(await seen(id)).toMatchObject({ status: 'running', reason });
    const newer = catchUp === 'latest-only' ? await begin(catchUp, { name: 'Base 14 again' }) : undefined;
    await comeBack(away);
    expect(await seen(id)).toMatchObject({ status: 'finished', waves: [{ counts }] });
    for (const device of away) expect(await shownBy(device)).toEqual(shown);
    if (newer) expect(await seen(newer.id)).toMatchObject({ status: 'finished' });
    if (!newer) expect(await differences(loop, id)).toEqual([]);
  });
});

it('gives devices up that were not there for thirty days, and does nothing when they come then', async () => {
  const away = devicesOf('expired').slice(0, 4);
  await goAway(away);
  const { id } = await begin('expired');
  await loop.fleet.pass({ ms: 29 * DAY_MS }, DAY_MS);
  expect((await seen(id)).status).toBe('running');
  await loop.fleet.pass({ ms: 2 * DAY_MS }, HOUR_MS);
  const reason = 'expired: 4 devices not reached in time';
  expect(await seen(id)).toMatchObject({
    status: 'finished',
    reason,
    waves: [{ counts: { succeeded: 16, expired: 4 } }],
  });
  await comeBack(away);
  for (const device of away) expect(await shownBy(device)).toEqual(AT_13);
  expect(await differences(loop, id)).toEqual([]);
});

it('counts devices lost that accepted and fell silent, and hears them when they speak after all', async () => {
  const silent = devicesOf('late').slice(0, 2);
  for (const device of silent) device.silent = true;
  const { id } = await begin('late', { gate: { maxFailedPercent: 5 } });
  await loop.fleet.pass({ ms: 30 * MINUTE_MS });
  await goAway(silent);
  await loop.fleet.pass({ ms: 2 * HOUR_MS });
  expect(await seen(id)).toMatchObject({ status: 'paused', reason: '2 of 20 reached devices failed, limit 5 %' });
  expect(await countsOf(id)).toEqual([{ succeeded: 18, lost: 2 }]);
  for (const device of silent) device.speak();
  await comeBack(silent);
  expect(await countsOf(id)).toEqual([{ succeeded: 18, 'late-success': 2 }]);
  expect(await differences(loop, id)).toEqual([]);
});

it('tries devices again that failed, later each time', async () => {
  const [device] = devicesOf('retried');
  device!.snapd.failTask('download-snap', 'acme-app', { times: 2 });
  const attempts = { most: 3, backoffSeconds: 3600 };
  const { id } = await begin('retried', { attempts });
  await loop.fleet.pass({ ms: DAY_MS, isOver: async () => (await seen(id)).status !== 'running' }, 10 * MINUTE_MS);
  expect(await seen(id)).toMatchObject({ status: 'finished', waves: [{ counts: { succeeded: 20 } }] });
  const where = { rolloutId: id, deviceId: device!.deviceId, state: 'offered' };
  const offered = await loop.server.owner.prisma.targetEvent.findMany({ where, orderBy: { id: 'asc' } });
  const waits = offered
    .slice(1)
    .map(({ at }, before) => (at.getTime() - (offered[before]?.at.getTime() ?? 0)) / HOUR_MS);
  expect(offered.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  // an hour, then three: each spread down to its half, and as late as the next beat
  expect(waits[0]).toBeGreaterThanOrEqual(0.5);
  expect(waits[1]).toBeGreaterThanOrEqual(1.5);
  expect(waits[1]).toBeLessThanOrEqual(3.2);
});

it('pauses in words that a person reads', async () => {
  for (const device of devicesOf('paused').slice(0, 6))
    device.snapd.failTask('download-snap', 'acme-app', { times: 9 });
  const noonMs = Math.ceil(loop.time.now().getTime() / DAY_MS) * DAY_MS + 12 * HOUR_MS;
  await loop.fleet.pass({ ms: noonMs + 2 * HOUR_MS + 3 * MINUTE_MS - loop.time.now().getTime() }, HOUR_MS);
  const { id } = await begin('paused');
  await loop.fleet.pass({ ms: HOUR_MS });
  const { status, statusSince, reason } = await seen(id);
  const said = `${status} at ${statusSince.toISOString().slice(11, 16)} because ${reason}`;
  expect(said).toBe('paused at 14:03 because 6 of 40 reached devices failed, limit 10 %');
});
