import { CreateRolloutRequest } from '@corefleet/contracts/http';
import { startClosedLoop, type ClosedLoop } from './index';

const DAY_MS = 86_400_000;

let loop: ClosedLoop;

beforeAll(async () => {
  loop = await startClosedLoop({ devices: 12, labels: (at) => ({ site: at < 6 ? 'berlin' : 'paris' }) });
});

afterAll(() => loop.stop());

const person = {
  actor: { kind: 'person', id: 'p', name: 'ann' },
  mayReadSensitive: false,
  personId: 'p',
  personName: 'ann',
} as const;

/** Sequence at which the device enforces acme/base, as its snapd shows it. */
async function enforced(device: ClosedLoop['devices'][number]): Promise<number | undefined> {
  const [set] = await device.client.validationSets.list();
  return set?.['pinned-at'];
}

it('takes a rollout through simulated snapds while weeks pass in seconds', async () => {
  const [away] = loop.devices;
  away!.goOffline();
  const enforce = {
    operation: 'enforce-validation-set',
    parameters: { 'validation-set': 'acme/base=14', refresh: true },
  };
  const request = CreateRolloutRequest.parse({
    name: 'Base 14',
    does: { steps: [enforce] },
    filter: 'label.site=berlin',
    waves: [{ percent: 100 }],
  });
  const { id } = await loop.server.rollouts.create(person, request);
  await loop.fleet.pass({ ms: 20 * DAY_MS }, DAY_MS);
  expect(await Promise.all(loop.devices.map(enforced))).toEqual([13, 14, 14, 14, 14, 14, 13, 13, 13, 13, 13, 13]);
  expect((await loop.server.reads.get(id)).status).toBe('running');
  away!.comeBack();
  await loop.fleet.settle();
  expect(await enforced(away!)).toBe(14);
  const rollout = await loop.server.reads.get(id);
  expect(rollout).toMatchObject({ status: 'finished', waves: [{ counts: { succeeded: 6 } }] });
  expect(rollout.finishedAt).toEqual(loop.time.now());
});
