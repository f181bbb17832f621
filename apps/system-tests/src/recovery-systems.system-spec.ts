import { startSimulatedFleet, type SimulatedFleet } from '@corefleet/apps/simulator';
import type { RecoveryPolicyView, RecoverySummary, RolloutView } from '@corefleet/contracts/http';
import type { SimulatedSnapd } from '@corefleet/snapd-simulator';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { Road } from './kill-lab/road';
import { readerOf, serialOf } from './kill-lab/simulated-reader';

const DEVICES = 4;

let fleet: Fleet;
let road: Road;
let simulated: SimulatedFleet;

beforeAll(async () => {
  fleet = await startFleet();
  road = await Road.over(fleet);
  const enrolmentToken = await fleet.enrolmentToken();
  const devices = { devices: DEVICES, taskMs: 20, rebootMs: 100 };
  simulated = await startSimulatedFleet({ server: fleet.api.url, enrolmentToken, ...devices });
  await summary(({ states }) => states.silent === 0);
}, 60_000);

afterAll(async () => {
  await simulated?.stop();
  await road?.close();
  await fleet?.stop();
});

/** Waits until the devices have said so. */
const summary = (isSo: (counts: RecoverySummary) => boolean): Promise<RecoverySummary> =>
  eventually(
    async () => {
      const counts = await fleet.api.get<RecoverySummary>('/v1/recovery-systems/summary');
      if (!isSo(counts)) throw new Error(JSON.stringify(counts));
      return counts;
    },
    { timeoutMs: 20_000, what: 'the recovery systems of the fleet' },
  );

async function rollOut(more: object = {}): Promise<RolloutView> {
  const { id } = await fleet.api.post<RolloutView>('/v1/rollouts', {
    name: 'recovery',
    does: { recoverySystem: { label: 'fleet-{date}', keep: 1 } },
    waves: [{ percent: 100 }],
    ...more,
  });
  return road.finished(id);
}

/** Its systems as its own snapd lists them; the default one with `!`. */
async function labelsOf(snapd: SimulatedSnapd): Promise<string[]> {
  const { systems } = await readerOf(snapd).read<{ systems: Record<string, unknown>[] }>('/v2/systems');
  return systems.map((system) => `${String(system['label'])}${system['default-recovery-system'] ? '!' : ''}`);
}

const everywhere = (): Promise<string[][]> => Promise.all(simulated.snapds.map(labelsOf));

describe('recovery systems of a fleet', () => {
  it('are made, tested over two boots and made the default by a rollout, in waves', async () => {
    const bootIds = simulated.snapds.map((snapd) => snapd.bootId());
    const rollout = await rollOut({ waves: [{ count: 1 }, { percent: 100 }] });
    expect(rollout).toMatchObject({
      status: 'finished',
      waves: [{ counts: { succeeded: 1 } }, { counts: { succeeded: DEVICES - 1 } }],
    });
    expect(simulated.snapds.filter((snapd, at) => snapd.bootId() === bootIds[at])).toEqual([]);
    for (const labels of await everywhere())
      expect(labels).toEqual(['factory', expect.stringMatching(/^fleet-\d{8}!$/)]);
    expect(await summary(({ states }) => states.fresh === DEVICES)).toMatchObject({
      ...{ devices: DEVICES, untested: 0, withoutDefault: 0, withoutOurs: 0 },
      behind: [{ sequences: 0, devices: DEVICES }],
    });
  });

  it('are left alone by a policy while they are fresh', async () => {
    const policy = await fleet.api.post<RecoveryPolicyView>('/v1/recovery-policies', {
      ...{ name: 'weekly', cron: '0 3 * * 0' },
      system: { label: 'fleet-{date}' },
    });
    await expect(fleet.api.post(`/v1/recovery-policies/${policy.id}/run`)).rejects.toThrow(
      `would change none of ${DEVICES} devices: ${DEVICES} are there already`,
    );
  });

  it('are pruned after the next one was made', async () => {
    expect(await rollOut()).toMatchObject({ status: 'finished' });
    for (const labels of await everywhere())
      expect(labels).toEqual(['factory', expect.stringMatching(/^fleet-\d{8}-1!$/)]);
    await summary(({ states }) => states.fresh === DEVICES);
  });

  it('stay as they are where the new one does not boot', async () => {
    const snapd = simulated.snapds[0]!;
    const before = await labelsOf(snapd);
    snapd.failNextBoot();
    expect(await rollOut({ filter: `serial=${await serialOf(snapd)}` })).toMatchObject({ status: 'paused' });
    expect(await labelsOf(snapd)).toEqual(before);
  });
});
