import { startSimulatedFleet, type SimulatedFleet } from '@corefleet/apps/simulator';
import type { RolloutView } from '@corefleet/contracts/http';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import type { SimulatedSnapd } from '@corefleet/snapd-simulator';
import { eventually } from '@corefleet/testing/processes';
import { blows, openJobs } from './kill-lab/blows';
import { createSystem } from './kill-lab/orders';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';
import { readerOf, serialOf } from './kill-lab/simulated-reader';
import { shownChanges, shownNotices, storedChanges, storedNotices, type SnapdReader } from './kill-lab/snapd-rows';

const SIMULATED = 60;
const REAL = 2;
/** Devices that end between two blows. */
const STEP = 2;
const ROLLOUT_TIMEOUT_MS = 150_000;
const DEVICE = { taskMs: 20, rebootMs: 200 };
/** So long every device takes while the blows fall, so that all of them fall in the middle. */
const UNDER_FIRE_MS = 2_500;
const TURN = 1;

let fleet: Fleet;
let road: Road;
let simulated: SimulatedFleet;
let agents: RoadDevice[];
let snapds: SimulatedSnapd[];
let bootIds: string[];
/** What each device's own snapd says, by serial. */
let readers: Map<string, SnapdReader>;
let rollout: RolloutView;

beforeAll(async () => {
  fleet = await startFleet({ apis: 2, gateways: 2, workers: 2 });
  road = await Road.over(fleet);
  const enrolmentToken = await fleet.enrolmentToken();
  agents = await Promise.all(
    Array.from({ length: REAL }, (_, at) =>
      RoadDevice.open(fleet, { serial: `real-${at}`, enrolmentToken, ...DEVICE }),
    ),
  );
  for (const agent of agents) agent.startAgent();
  simulated = await startSimulatedFleet({ server: fleet.api.url, enrolmentToken, devices: SIMULATED, ...DEVICE });
  readers = new Map(agents.map((agent) => [agent.serial, agent]));
  for (const snapd of simulated.snapds) readers.set(await serialOf(snapd), readerOf(snapd));
  await Promise.all(agents.map(({ serial }) => road.online(serial)));
  snapds = [...simulated.snapds, ...agents.map(({ snapd }) => snapd)];
  bootIds = snapds.map((snapd) => snapd.bootId());
}, 60_000);

afterAll(async () => {
  await simulated?.stop();
  await Promise.all((agents ?? []).map((agent) => agent.close()));
  await road?.close();
  await fleet?.stop();
});

const endedCount = async (id: string): Promise<number> =>
  (await road.rows('SELECT id FROM commands WHERE rollout_id = $1 AND finished_at IS NOT NULL', [id])).length;

describe('a rollout of tested recovery systems in three waves', () => {
  it(
    `finishes whatever happens: ${blows.map(({ name }) => name).join(', ')}`,
    async () => {
      for (const snapd of snapds) snapd.slowTask('create-recovery-system', UNDER_FIRE_MS);
      const { id } = await fleet.api.post<RolloutView>('/v1/rollouts', {
        name: 'recovery everywhere',
        does: {
          steps: [
            {
              operation: createSystem.operation,
              parameters: { ...createSystem.parameters(TURN), 'test-system': true, 'mark-default': true },
            },
          ],
        },
        waves: [{ percent: 10 }, { percent: 40 }, { percent: 50 }],
        limits: { maxInFlight: 6 },
      });
      for (const { name, strike } of blows) {
        const enough = (await endedCount(id)) + STEP;
        await eventually(async () => (await endedCount(id)) >= enough, { timeoutMs: 60_000, what: name });
        const [row] = await road.rows<{ status: string }>('SELECT status FROM rollouts WHERE id = $1', [id]);
        expect([name, row?.status]).toEqual([name, 'running']);
        await strike(road);
      }
      for (const snapd of snapds) await snapd.clearFaults();
      rollout = await road.finished(id, ROLLOUT_TIMEOUT_MS);
      expect(rollout).toMatchObject({ status: 'finished', targetCount: SIMULATED + REAL });
    },
    ROLLOUT_TIMEOUT_MS,
  );

  it('gives each device exactly one command, and each succeeds', async () => {
    const commands = await road.rows<{ device_id: string; status: string; sequence: string }>(
      'SELECT device_id, status, sequence FROM commands',
    );
    expect(commands).toHaveLength(SIMULATED + REAL);
    expect(new Set(commands.map(({ device_id: id }) => id)).size).toBe(SIMULATED + REAL);
    expect(commands.filter(({ status, sequence }) => status !== 'succeeded' || sequence !== '1')).toEqual([]);
  });

  it('asks no snapd twice', () => {
    for (const agent of agents) {
      expect(agent.sent((request) => createSystem.isRequest(request, TURN))).toMatchObject([{ forwarded: true }]);
    }
  });

  it('leaves every device as its command says: one change, the system listed, default, booted', async () => {
    for (const [serial, reader] of readers) {
      const changes = await shownChanges(reader);
      const { systems } = await reader.read<{ systems: { label: string }[] }>('/v2/systems');
      const made = systems.filter(({ label }) => label === `turn-${TURN}`);
      expect([serial, changes]).toMatchObject([serial, [{ kind: createSystem.changeKind, status: 'Done' }]]);
      expect([serial, made]).toMatchObject([serial, [{ 'default-recovery-system': true }]]);
    }
    expect(snapds.filter((snapd, at) => snapd.bootId() === bootIds[at])).toEqual([]);
  });

  it('has the changes, tasks and notices in Postgres that each snapd shows', async () => {
    const enrolments = await road.rows<{ serial: string; id: string }>(
      'SELECT serial, enrolment_id AS id FROM devices ORDER BY serial',
    );
    expect(enrolments).toHaveLength(SIMULATED + REAL);
    for (const { serial, id } of enrolments) {
      const reader = readers.get(serial)!;
      await eventually(
        async () => {
          expect(await storedChanges(road, id)).toEqual(await shownChanges(reader));
          expect(await storedNotices(road, id)).toEqual(await shownNotices(reader));
          return true;
        },
        { what: `the rows of ${serial} to be what its snapd shows` },
      );
    }
  });

  it('says each transition once in the audit', async () => {
    const all = await road.audit(`subjectId=${rollout.id}`);
    const batches = all.filter(({ action }) => action === 'rollout.targets');
    const entries = all.filter(({ action }) => action !== 'rollout.targets');
    const said = entries.map(({ action, details }) => `${action} ${waveOf(details)}`.trim()).sort();
    const waves = rollout.waves.flatMap(({ number }) => [
      `rollout.pass-wave ${number}`,
      `rollout.start-wave ${number}`,
    ]);
    expect(said).toEqual(['rollout.create', 'rollout.finish', ...waves].sort());
    const events = await road.rows(`SELECT FROM target_events WHERE rollout_id = '${rollout.id}'`);
    const told = batches.reduce((sum, { details }) => sum + Number((details as { events?: number }).events), 0);
    expect(told).toBe(events.length);
  });

  it('leaves nothing open and nobody down', async () => {
    await eventually(async () => (await road.rows('SELECT * FROM command_reports')).length === 0, {
      what: 'all reports to be folded',
    });
    await eventually(async () => (await openJobs(road)) === 0, { what: 'the queues to be empty', timeoutMs: 20_000 });
    expect(await road.rows('SELECT * FROM quarantined_items')).toEqual([]);
    expect(road.down()).toEqual([]);
    for (const serial of readers.keys()) expect(await road.online(serial)).toMatchObject({ snapdState: 'reachable' });
  });
});

const waveOf = (details: unknown): string => String((details as { wave?: number }).wave ?? '');
