import { RolloutsReadModel } from '@corefleet/features/rollouts';
import { beginRollout, startClosedLoop, type ClosedLoop } from './index';

const DAY_MS = 86_400_000;

let loop: ClosedLoop;

beforeAll(async () => {
  loop = await startClosedLoop({ devices: 12, labels: (at) => ({ site: at < 6 ? 'berlin' : 'paris' }) });
});

afterAll(() => loop.stop());

/** Sequence at which the device enforces acme/base, as its snapd shows it. */
async function enforced(device: ClosedLoop['devices'][number]): Promise<number | undefined> {
  const [set] = await device.client.validationSets.list();
  return set?.['pinned-at'];
}

it('takes a rollout through simulated snapds while weeks pass in seconds', async () => {
  const [away] = loop.devices;
  const reads = loop.server.service(RolloutsReadModel);
  away!.goOffline();
  await loop.fleet.pass({ ms: 5 * 60_000 });
  const { id } = await beginRollout(loop, {
    name: 'Base 14',
    does: {
      steps: [{ operation: 'enforce-validation-set', parameters: { 'validation-set': 'acme/base=14', refresh: true } }],
    },
    filter: 'label.site=berlin',
    waves: [{ percent: 100 }],
  });
  await loop.fleet.pass({ ms: 20 * DAY_MS }, DAY_MS);
  expect(await Promise.all(loop.devices.map(enforced))).toEqual([13, 14, 14, 14, 14, 14, 13, 13, 13, 13, 13, 13]);
  expect((await reads.get(id)).status).toBe('running');
  away!.comeBack();
  await loop.fleet.pass({ ms: 60_000 });
  expect(await enforced(away!)).toBe(14);
  const rollout = await reads.get(id);
  expect(rollout).toMatchObject({ status: 'finished', finishedAt: loop.time.now() });
  expect(rollout.waves.find(({ number }) => number === 1)?.counts).toEqual({ succeeded: 6 });
});
