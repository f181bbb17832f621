import { ApprovalsService, RolloutsReadModel, RolloutSteering, type RolloutView } from '@corefleet/features/rollouts';
import { ANN, aPerson, beginRollout, startClosedLoop, type ClosedLoop } from '@corefleet/testing/closed-loop-fleet';
import { differences } from './rows-and-devices';
import { BASE_14 } from './steps';
import { AT_13, AT_14, shownBy } from './what-devices-show';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const [BEN, CAT] = [aPerson('ben'), aPerson('cat')];

let loop: ClosedLoop;

beforeAll(async () => {
  loop = await startClosedLoop({ devices: 12, labels: (at) => ({ of: at < 4 ? 'approved' : `wave-${at % 2}` }) });
  await loop.server.owner.prisma.user.createMany({
    data: [ANN, BEN, CAT].map(({ personId, personName }) => ({
      ...{ id: personId, username: personName, passwordHash: '', role: 'operator' },
    })),
  });
}, 60_000);

afterAll(() => loop.stop());

const seen = (id: string): Promise<RolloutView> => loop.server.service(RolloutsReadModel).get(id);

const shown = (devices: ClosedLoop['devices']) => Promise.all(devices.map(shownBy));

it('starts a rollout when two people other than its author have approved its plan, and not before', async () => {
  const meant = loop.devices.slice(0, 4);
  const made = { name: 'Base 14', does: BASE_14, filter: 'label.of=approved', waves: [{ percent: 100 }], approvals: 2 };
  const { id, planDigest } = await beginRollout(loop, made);
  const approvals = loop.server.service(ApprovalsService);
  await expect(approvals.approve(ANN, { id, planDigest })).rejects.toThrow('who made it cannot approve it');
  await approvals.approve(BEN, { id, planDigest });
  await loop.fleet.pass({ ms: DAY_MS }, DAY_MS);
  expect((await seen(id)).status).toBe('awaiting-approval');
  expect(await shown(meant)).toEqual(meant.map(() => AT_13));
  await approvals.approve(CAT, { id, planDigest });
  await loop.fleet.pass({ ms: 5 * MINUTE_MS });
  expect(await seen(id)).toMatchObject({ status: 'finished', waves: [{ counts: { succeeded: 4 } }] });
  expect(await shown(meant)).toEqual(meant.map(() => AT_14));
});

it('leaves out whom a skipped wave had not reached, and goes on with the next', async () => {
  const waves = [{ filter: 'label.of=wave-0' }, { filter: 'label.of=wave-1' }];
  const limits = { startsPerMinute: 1 };
  const { id } = await beginRollout(loop, {
    ...{ name: 'Base 14 for the others', does: BASE_14, filter: 'label.of=wave-0 or label.of=wave-1', waves, limits },
  });
  await loop.fleet.settle();
  expect((await seen(id)).waves[0]?.counts).toEqual({ succeeded: 1, pending: 3 });
  await loop.server.service(RolloutSteering).skipWave({ actor: ANN.actor, id, remark: 'the hall is closed' });
  await loop.fleet.pass({ ms: 10 * MINUTE_MS });
  const rollout = await seen(id);
  expect(rollout).toMatchObject({ status: 'finished' });
  expect(rollout.waves.map(({ status, counts }) => [status, counts])).toEqual([
    ['skipped', { succeeded: 1, skipped: 3 }],
    ['passed', { succeeded: 4 }],
  ]);
  expect(await differences(loop, id)).toEqual([]);
});
