import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { diesBefore, dieWithCommands, untilOneSurvives, type Duty, type Series, type Turn } from './kill-lab/deaths';
import { createSystem, setConfiguration } from './kill-lab/orders';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';
import { shownChanges, shownNotices, storedChanges, storedNotices } from './kill-lab/snapd-rows';

const SERIES_TIMEOUT_MS = 240_000;
const SNAPD_TIMEOUT_MS = 1000;

const places = [
  { at: 'journal', when: 'before' },
  { at: 'server', when: 'before' },
  { at: 'snapd', when: 'before' },
  { at: 'snapd', when: 'after' },
] as const;

const named = ({ place, after, order }: Series): string =>
  `${after ? 'once more, ' : ''}${place.when} each call to its ${place.at} in the middle of ${order.operation}`;

const commandSeries = [
  ...[createSystem, setConfiguration].flatMap((order) => places.map((place) => ({ place, order }) as Series)),
  ...[
    { order: createSystem, after: { at: 'snapd', when: 'after', contains: 'POST /v2/systems' } } as const,
    { order: setConfiguration, after: { at: 'snapd', when: 'before', contains: 'PUT /v2/snaps/' } } as const,
  ].map((second) => ({ ...second, place: { at: 'journal', when: 'before' } }) as Series),
].map((series) => ({ ...series, name: named(series) }));

let fleet: Fleet;
let road: Road;
const devices: RoadDevice[] = [];

async function openDevice(serial: string): Promise<RoadDevice> {
  const enrolmentToken = await fleet.enrolmentToken();
  const device = await RoadDevice.open(fleet, { serial, enrolmentToken, snapdTimeoutMs: SNAPD_TIMEOUT_MS });
  devices.push(device);
  return device;
}

beforeAll(async () => {
  fleet = await startFleet();
  road = await Road.over(fleet);
}, 60_000);

afterAll(async () => {
  await Promise.all(devices.map((device) => device.close()));
  await road?.close();
  await fleet?.stop();
});

describe('an agent that dies with a command', () => {
  let outcomes: Map<string, PromiseSettledResult<{ turns: Turn[]; device: RoadDevice }>>;

  /** Each series has a device of its own, so all of them run at the same time. */
  beforeAll(async () => {
    const results = await Promise.allSettled(
      commandSeries.map(async (series, at) => {
        const device = await openDevice(`dying-${at}`);
        device.startAgent();
        return { device, turns: await dieWithCommands(road, device, series) };
      }),
    );
    outcomes = new Map(commandSeries.map(({ name }, at) => [name, results[at]!]));
  }, SERIES_TIMEOUT_MS);

  describe.each(commandSeries)('$name', ({ name, order, after }) => {
    let turns: Turn[];
    let device: RoadDevice;

    beforeAll(() => {
      const outcome = outcomes.get(name)!;
      if (outcome.status === 'rejected') throw outcome.reason;
      ({ turns, device } = outcome.value);
    });

    it('brings it to the end that it owes', () => {
      expect(turns.length).toBeGreaterThanOrEqual(after ? 4 : 8);
      expect(turns.filter(({ duty, status }) => status !== endOf(duty))).toEqual([]);
    });

    it('sends a request again only where that is harmless', () => {
      expect(turns.filter(({ duty, sentBefore, sent }) => sent !== sentBefore + sendings(duty))).toEqual([]);
      if (!order.idempotent) expect(turns.filter(({ sent }) => sent > 1)).toEqual([]);
    });

    it('says of the device what its snapd says', async () => {
      expect(turns.filter(({ status, done }) => done !== (status === 'succeeded'))).toEqual([]);
      device.startAgent();
      const { enrolmentId } = await road.online(device.serial);
      await eventually(
        async () => {
          expect(await storedChanges(road, enrolmentId!)).toEqual(await shownChanges(device));
          expect(await storedNotices(road, enrolmentId!)).toEqual(await shownNotices(device));
          return true;
        },
        { what: 'the rows to be what snapd shows' },
      );
      await device.stopAgent();
    });
  });

  it('meets every duty somewhere', () => {
    const all = [...outcomes.values()].flatMap((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value.turns : [],
    );
    const duties: Duty[] = ['adopt', 'ask-a-person', 'begin', 'follow', 'report', 'send-again'];
    expect([...new Set(all.map(({ duty }) => duty))].sort()).toEqual(duties);
  });
});

const endOf = (duty: Duty): string => (duty === 'ask-a-person' ? 'unknown' : 'succeeded');

const sendings = (duty: Duty): number => (duty === 'begin' || duty === 'send-again' ? 1 : 0);

describe('an agent that dies while it joins', () => {
  it.each([
    { at: 'state', when: 'before' },
    { at: 'server', when: 'before' },
    { at: 'server', when: 'after' },
  ] as const)(
    'is the same device with one enrolment, when it dies $when each call to its $at',
    async (place) => {
      const deaths = await untilOneSurvives(async (call) => {
        const device = await openDevice(`joining-${place.at}-${place.when}-${call}`);
        const online = road.online(device.serial);
        const died = await diesBefore(device, place, call, online);
        if (died) device.startAgent();
        await online;
        await device.stopAgent();
        return died || undefined;
      });
      expect(deaths.length).toBeGreaterThanOrEqual(3);
      const enrolments = await road.rows<{ serial: string; count: number }>(
        `SELECT serial, count(*)::int FROM devices d JOIN enrolments e ON e.device_id = d.id
          WHERE serial LIKE $1 GROUP BY serial`,
        [`joining-${place.at}-${place.when}-%`],
      );
      expect(enrolments).toHaveLength(deaths.length + 1);
      expect(enrolments.filter(({ count }) => count !== 1)).toEqual([]);
    },
    SERIES_TIMEOUT_MS,
  );
});

it('leaves nothing open and nobody down', async () => {
  expect(await road.rows('SELECT id, status FROM commands WHERE finished_at IS NULL')).toEqual([]);
  expect(await road.rows('SELECT * FROM command_reports')).toEqual([]);
  expect(await road.rows('SELECT * FROM quarantined_items')).toEqual([]);
  expect(road.down()).toEqual([]);
});
