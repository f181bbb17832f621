import { startSimulatedFleet, type SimulatedFleet } from '@corefleet/apps/simulator';
import { startFleet, type Fleet, type Member } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { Road } from './kill-lab/road';
import { readerOf, serialOf } from './kill-lab/simulated-reader';
import { shownChanges, shownNotices, storedChanges, storedNotices } from './kill-lab/snapd-rows';

const DEVICES = 200;
/** Links one gateway admits in a second. */
const PER_SECOND = 40;
/** Of the time that admitting takes: links that were let in one after the other may be written down together. */
const SHARE = 0.6;
const ROUNDS = 6;
const TIMEOUT_MS = 120_000;

let fleet: Fleet;
let road: Road;
let simulated: SimulatedFleet;
let deviceIds: string[];
let ordered = 0;

beforeAll(async () => {
  fleet = await startFleet({ gateways: 2, env: { COREFLEET_ADMISSIONS_PER_SECOND: String(PER_SECOND) } });
  road = await Road.over(fleet);
  const options = { devices: DEVICES, taskMs: 20, rebootMs: 200 };
  simulated = await startSimulatedFleet({
    server: fleet.api.url,
    enrolmentToken: await fleet.enrolmentToken(),
    ...options,
  });
  await eventually(async () => (await linkedSince(new Date(0))).length === DEVICES, {
    timeoutMs: 60_000,
    what: 'every device to be linked',
  });
  deviceIds = (await road.rows<{ id: string }>('SELECT id FROM devices')).map(({ id }) => id);
}, TIMEOUT_MS);

afterAll(async () => {
  await simulated?.stop();
  await road?.close();
  await fleet?.stop();
});

/** Milliseconds since 1970 at which links were recorded, earliest first; one for each device that came since. */
async function linkedSince(since: Date): Promise<number[]> {
  const rows = await road.rows<{ at: Date }>(
    'SELECT connected_at AS at FROM device_links WHERE connected_at > $1 ORDER BY connected_at',
    [since],
  );
  return rows.map(({ at }) => at.getTime());
}

const now = async (): Promise<Date> => (await road.rows<{ now: Date }>('SELECT now()'))[0]!.now;

/** Seconds from the first to the last. */
const secondsOf = (times: readonly number[]): number => ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;

/** One command for every device. */
async function orderAll(): Promise<void> {
  ordered += 1;
  await fleet.api.post('/v1/commands', {
    operation: 'set-configuration',
    parameters: { snap: 'system', values: { 'refresh.retain': 2 + ordered } },
    deviceIds,
  });
}

async function everyoneOnline(): Promise<boolean> {
  const { items } = await fleet.api.get<{ items: { online: boolean }[] }>(`/v1/devices?limit=${DEVICES}`);
  return items.length === DEVICES && items.every(({ online }) => online);
}

/** Stops the gateway as an operator does, orders meanwhile, and starts another in its place. @returns those that had to move */
async function drain(gateway: Member): Promise<number[]> {
  const since = await now();
  const exit = gateway.process.kill('SIGTERM');
  await orderAll();
  expect(await exit).toEqual({ code: 0, signal: null });
  await orderAll();
  await eventually(everyoneOnline, { timeoutMs: 30_000, what: 'every device to be online' });
  const moved = await linkedSince(since);
  await fleet.replace(gateway);
  return moved;
}

describe('two gateways with commands under way', () => {
  it(
    'are drained one after the other: agents move at the pace of the one that is left, each once',
    async () => {
      await orderAll();
      const [first, second] = fleet.members.gateway as [Member, Member];
      const movedFirst = await drain(first);
      expect(movedFirst.length).toBeGreaterThan(DEVICES / 4);
      expect(movedFirst.length).toBeLessThan((DEVICES * 3) / 4);
      expect(secondsOf(movedFirst)).toBeGreaterThan((SHARE * movedFirst.length) / PER_SECOND);
      const movedThen = await drain(second);
      expect(movedThen.length).toBe(DEVICES);
      expect(secondsOf(movedThen)).toBeGreaterThan((SHARE * DEVICES) / PER_SECOND);
    },
    TIMEOUT_MS,
  );

  it(
    'are killed together: everybody comes back, no faster than they are let in',
    async () => {
      const since = await now();
      await Promise.all(fleet.members.gateway.map((gateway) => fleet.replace(gateway)));
      await orderAll();
      await eventually(async () => (await linkedSince(since)).length === DEVICES, {
        timeoutMs: 60_000,
        what: 'every device to be back',
      });
      expect(secondsOf(await linkedSince(since))).toBeGreaterThan((SHARE * DEVICES) / (2 * PER_SECOND));
    },
    TIMEOUT_MS,
  );

  it(
    `lose none of ${ROUNDS} commands for each device, and run none twice`,
    async () => {
      expect(ordered).toBe(ROUNDS);
      const open = async (): Promise<number> =>
        (await road.rows('SELECT id FROM commands WHERE finished_at IS NULL')).length;
      await eventually(async () => (await open()) === 0, { timeoutMs: 60_000, what: 'every command to end' });
      const ends = await road.rows<{ status: string; count: number }>(
        'SELECT status, count(*)::int AS count FROM commands GROUP BY status',
      );
      expect(ends).toEqual([{ status: 'succeeded', count: ROUNDS * DEVICES }]);
      const enrolments = await road.rows<{ serial: string; id: string }>(
        'SELECT serial, enrolment_id AS id FROM devices',
      );
      const ids = new Map(enrolments.map(({ serial, id }) => [serial, id]));
      for (const snapd of simulated.snapds) {
        const id = ids.get(await serialOf(snapd))!;
        const reader = readerOf(snapd);
        expect(await shownChanges(reader)).toHaveLength(ROUNDS);
        await eventually(
          async () => {
            expect(await storedChanges(road, id)).toEqual(await shownChanges(reader));
            expect(await storedNotices(road, id)).toEqual(await shownNotices(reader));
            return true;
          },
          { what: 'its rows to be what its snapd shows' },
        );
      }
    },
    TIMEOUT_MS,
  );
});
