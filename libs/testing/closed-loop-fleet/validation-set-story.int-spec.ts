import { RolloutSteering, RolloutsReadModel } from '@corefleet/features/rollouts';
import type { ValidationSet } from '@corefleet/validation-set-rules';
import { ANN, beginRollout, startClosedLoop, type ClosedLoop } from './index';

const HOUR_MS = 3_600_000;

/** What the devices have, and a set that refreshes one snap, removes another and brings a third. */
const BASE: ValidationSet = {
  ...{ accountId: 'acme', name: 'base', sequence: 13 },
  snaps: [
    { name: 'acme-app', presence: 'required', revision: '41' },
    { name: 'acme-telemetry', presence: 'required', revision: '7' },
  ],
};
const NEXT: ValidationSet = {
  ...{ accountId: 'acme', name: 'base', sequence: 20 },
  snaps: [
    { name: 'acme-app', presence: 'required', revision: '42' },
    { name: 'acme-telemetry', presence: 'invalid' },
    { name: 'acme-tracer', presence: 'required' },
  ],
};
const FOE: ValidationSet = {
  ...{ accountId: 'acme', name: 'foe', sequence: 1 },
  snaps: [{ name: 'acme-app', presence: 'optional', revision: '41' }],
};

let loop: ClosedLoop;

beforeAll(async () => {
  loop = await startClosedLoop({ devices: 6 });
  loop.store.addSnap({ name: 'acme-tracer', base: 'core24', revisions: [{ revision: 3 }], channels: { stable: 3 } });
  for (const set of [NEXT, FOE]) publish(set);
  for (const set of [BASE, NEXT, FOE]) await imported(set);
  const [foe] = loop.devices;
  await foe!.client.validationSets.apply('acme', 'foe', { mode: 'enforce', sequence: 1 });
  await foe!.tellFacts();
  await loop.fleet.settle();
});

afterAll(() => loop.stop());

function publish({ snaps, ...set }: ValidationSet): void {
  const numbered = snaps.map(({ name, presence, revision }) => ({
    ...{ name, presence },
    ...(revision !== undefined && { revision: Number(revision) }),
  }));
  loop.store.addValidationSet({ ...set, snaps: numbered });
}

const imported = ({ snaps, ...set }: ValidationSet): Promise<unknown> =>
  loop.server.owner.prisma.validationSet.create({
    data: { ...set, snaps: snaps as never, timestamp: loop.time.now() },
  });

/** Snaps with revision and channel, and sets: all that the rollout moves. */
async function stateOf({ client }: ClosedLoop['devices'][number]): Promise<object> {
  const snaps = (await client.snaps.list()).map((snap) => [snap.name, snap.revision, snap['tracking-channel']]);
  return { snaps: snaps.sort(), sets: await client.validationSets.list() };
}

const statesOf = (): Promise<object[]> => Promise.all(loop.devices.map(stateOf));

it('rolls a set out that removes and installs, and takes every device back to what it had', async () => {
  const reads = loop.server.service(RolloutsReadModel);
  const before = await statesOf();
  const { id } = await beginRollout(loop, {
    name: 'Base 20',
    does: { validationSet: { set: 'acme/base', sequence: 'latest', mode: 'enforce', allowRemovals: true } },
    waves: [{ count: 1 }, { percent: 100 }],
  });
  await loop.fleet.pass({ ms: HOUR_MS, isOver: async () => (await reads.get(id)).status !== 'running' });

  const made = await reads.get(id);
  expect(made.status).toBe('finished');
  expect(made.plan).toMatchObject({ change: 5, blocked: 1 });
  const set = { 'account-id': 'acme', name: 'base', mode: 'enforce', sequence: 20, 'pinned-at': 20, valid: true };
  const [foe, ...others] = await statesOf();
  expect(foe).toEqual(before[0]);
  for (const state of others) {
    expect(state).toMatchObject({ sets: [set] });
    expect(JSON.stringify(state)).toContain('["acme-tracer","3"');
    expect(JSON.stringify(state)).not.toContain('acme-telemetry');
  }

  await loop.server.service(RolloutSteering).rollBack({ actor: ANN.actor, id });
  await loop.fleet.pass({ ms: HOUR_MS, isOver: async () => (await reads.get(id)).status === 'rolled-back' });
  expect(await statesOf()).toEqual(before);
  const restored = loop.devices.flatMap(({ asked }) =>
    asked.requests.filter(({ path, body }) => path === '/v2/snapshots' && body.includes('"restore"')),
  );
  expect(restored).toHaveLength(5);
});
