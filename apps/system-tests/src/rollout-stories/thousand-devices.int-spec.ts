import { setTimeout as sleep } from 'node:timers/promises';
import { RolloutsReadModel } from '@corefleet/features/rollouts';
import { beginRollout, startClosedLoop, type ClosedLoop } from '@corefleet/testing/closed-loop-fleet';
import { differences, sentTwice, unordered } from './rows-and-devices';
import { BASE_14 } from './steps';
import { AT_13, AT_14, shownBy } from './what-devices-show';

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** 40, 260 and 700 devices. */
const waveOf = (at: number): number => (at < 40 ? 1 : at < 300 ? 2 : 3);
/** 30 % of each wave. */
const isAway = (at: number): boolean => at % 10 < 3;
/** 5 % of all: few in the first two waves, and the rest in the last. */
const fails = (at: number): boolean => !isAway(at) && (at < 300 ? at % 40 === 9 : at % 12 === 7);
/** Of the first two waves: they were changed, and go away before it is taken back. */
const leaves = (at: number): boolean => at < 300 && !isAway(at) && at % 20 === 4;

let loop: ClosedLoop;

beforeAll(async () => {
  loop = await startClosedLoop({ devices: 1_000, labels: (at) => ({ wave: String(waveOf(at)) }) });
  loop.devices.forEach((device, at) => {
    if (isAway(at)) device.goOffline();
    if (fails(at)) device.snapd.failTask('download-snap', 'acme-app', { times: 100 });
  });
  await loop.fleet.pass({ ms: 5 * MINUTE_MS });
}, 120_000);

afterAll(() => loop.stop());

const theRollout = (id: string) => loop.server.service(RolloutsReadModel).get(id);

const isRollingBack = async (id: string): Promise<boolean> => (await theRollout(id)).status === 'rolling-back';

/** Lets time pass while the worker's transactions are broken again and again, wherever they are. */
async function passWhileBroken(ms: number): Promise<void> {
  let over = false;
  const passing = loop.fleet.pass({ ms }).finally(() => (over = true));
  while (!over) {
    await loop.server.breakWorkerTransactions();
    await sleep(150);
  }
  await passing;
}

describe('1,000 devices, 30 % of them away and 5 % failing', () => {
  let id: string;

  it('get two waves, though Redis loses all and the worker its transactions', async () => {
    const gate = { maxFailedPercent: 5, minFailed: 3, soakSeconds: 600, onFailure: 'roll-back' } as const;
    const waves = [{ filter: 'label.wave=1' }, { filter: 'label.wave=2' }, { percent: 100 }];
    ({ id } = await beginRollout(loop, { name: 'Base 14', does: BASE_14, waves, gate, limits: { maxInFlight: 200 } }));
    await passWhileBroken(5 * MINUTE_MS);
    await loop.server.flushRedis();
    await loop.fleet.pass({
      ms: 30 * MINUTE_MS,
      isOver: async () => (await theRollout(id)).waves[1]?.status === 'soaking',
    });
    for (const [at, device] of loop.devices.entries()) if (leaves(at)) expect(await shownBy(device)).toEqual(AT_14);
  }, 120_000);

  it('fail the gate in the third, and those of the finished waves are taken back', async () => {
    loop.devices.forEach((device, at) => leaves(at) && device.goOffline());
    await loop.server.replaceWorker();
    await loop.fleet.pass({ ms: HOUR_MS, isOver: () => isRollingBack(id) });
    await passWhileBroken(5 * MINUTE_MS);
    await loop.server.flushRedis();
    await loop.fleet.pass({ ms: 19 * DAY_MS }, 12 * HOUR_MS);
    const { status, reason, waves } = await theRollout(id);
    expect({ status, reason }).toEqual({ status: 'rolling-back', reason: expect.stringMatching(FAILED) });
    expect(waves.map(({ counts }) => counts['rollback:away'] ?? 0)).toEqual([2, 13, 0]);
  }, 120_000);

  it('come back after twenty days, and the rollout ends in the one right state and says so', async () => {
    loop.devices.forEach((device) => device.comeBack());
    await loop.fleet.pass({ ms: HOUR_MS, isOver: async () => !(await isRollingBack(id)) });
    expect(await theRollout(id)).toMatchObject({ status: 'rolled-back', reason: expect.stringMatching(ROLLED_BACK) });
    expect(await differences(loop, id)).toEqual([]);
    expect(await sentTwice(loop)).toEqual([]);
    expect(unordered(loop)).toEqual([]);
    for (const device of loop.devices) expect(await shownBy(device)).toEqual(AT_13);
  }, 120_000);
});

const FAILED = /^\d+ of \d+ reached devices( of wave 3)? failed, limit 5 %$/;
const ROLLED_BACK = /^\d+ of \d+ reached devices( of wave 3)? failed, limit 5 %; \d+ devices rolled back$/;
