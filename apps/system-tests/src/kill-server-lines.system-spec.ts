import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { createSystem } from './kill-lab/orders';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';
import { dieWhileServing, type ServerSeries } from './kill-lab/server-deaths';
import { shownChanges, storedChanges } from './kill-lab/snapd-rows';

const SERIES_TIMEOUT_MS = 120_000;

/** The lines on which a command is made, signed, handed out, acknowledged and folded. */
const lines: [ServerSeries['part'], string][] = [
  ['api', 'issue-commands'],
  ['signer', 'COMMIT'],
  ['worker', 'DELETE FROM command_reports'],
  ['gateway', '"type":"'],
];
const allSeries = lines.flatMap(([part, contains], at) =>
  (['before', 'after'] as const).map((when, turn): ServerSeries => ({
    part,
    place: { at: 'socket', when, contains },
    order: createSystem,
    firstTurn: (2 * at + turn) * 100,
  })),
);

let fleet: Fleet;
let road: Road;
let device: RoadDevice;

beforeAll(async () => {
  fleet = await startFleet({ apis: 2 });
  road = await Road.over(fleet);
  for (const member of fleet.members.api.slice(1)) road.goTo(member);
  device = await RoadDevice.open(fleet, { serial: 'served', enrolmentToken: await fleet.enrolmentToken() });
  device.startAgent();
}, 60_000);

afterAll(async () => {
  await device?.close();
  await road?.close();
  await fleet?.stop();
});

describe('a command while a server process dies', () => {
  it.each(allSeries)(
    'is neither lost nor sent twice: $part, $place.when each write of $place.contains',
    async (series) => {
      const turns = await dieWhileServing(road, device, series);
      expect(turns.length).toBeGreaterThanOrEqual(1);
      expect(turns.filter(({ status, sent, done }) => status !== 'succeeded' || sent !== 1 || !done)).toEqual([]);
    },
    SERIES_TIMEOUT_MS,
  );

  it('leaves nothing open, and the rows as snapd shows them', async () => {
    const { enrolmentId } = await road.online(device.serial);
    await eventually(async () => (await road.rows('SELECT * FROM command_reports')).length === 0, {
      what: 'all reports to be folded',
    });
    expect(await road.rows('SELECT id FROM commands WHERE finished_at IS NULL')).toEqual([]);
    expect(await road.rows('SELECT * FROM quarantined_items')).toEqual([]);
    await eventually(
      async () => {
        expect(await storedChanges(road, enrolmentId!)).toEqual(await shownChanges(device));
        return true;
      },
      { what: 'the rows to be what snapd shows' },
    );
    expect(road.down()).toEqual([]);
  });
});
