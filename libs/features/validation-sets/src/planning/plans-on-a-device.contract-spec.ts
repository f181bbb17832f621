import fc from 'fast-check';
import { findOperation, type OperationContext } from '@corefleet/operations';
import { SnapdError, type SnapdClient } from '@corefleet/snapd-client';
import { deviceWith, shown, worlds, type SimulatedDevice } from '@corefleet/testing/validation-sets';
import { keyOf, type ValidationSet } from '@corefleet/validation-set-rules';
import { aWish, NOW } from '../testing/a-device-now';
import type { DeviceNow } from './device-now';
import { planSet } from './plan-set';
import { readFacts } from './read-facts';
import { SetsAtHand } from './sets-at-hand';

const CASES = { numRuns: 600, seed: 20_260_502 };

/**
 * Generated devices, planned from the facts they tell and then worked on by the operations of the catalogue, as an agent
 * does it: the steps of a plan are all verified, and the steps back leave the device as it was.
 */
describe('plans of a set, carried out on a simulated device', () => {
  const seen: Record<string, number> = {};
  const count = (what: string): void => {
    seen[what] = (seen[what] ?? 0) + 1;
  };

  it('do what they say, and are taken back', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.boolean(), async ({ installed, enforced, wanted }, followed) => {
        const device = await deviceWith(installed, [...enforced, wanted]);
        await enforce(device.client, enforced);
        const set = followed ? (enforced[0] ?? wanted) : wanted;
        await thereAndBack(device, set, new SetsAtHand([...enforced, wanted]));
        await device.snapd.dispose();
      }),
      CASES,
    );
  });

  async function thereAndBack(device: SimulatedDevice, set: ValidationSet, sets: SetsAtHand): Promise<void> {
    const { client } = device;
    const before = await state(device);
    const wish = aWish(set, { key: keyOf(set), allowRemovals: true });
    const { verdict, blockers, actions, steps, rollback, warnings } = planSet(await deviceNow(client), wish, sets, NOW);
    count(verdict === 'blocked' ? `blocked: ${blockers[0]?.cause}` : verdict);
    for (const { kind, component } of actions) count(component === undefined ? String(kind) : `${kind} component`);

    await runAll(client, steps ?? []);
    if (verdict !== 'change') return expect(await state(device)).toEqual(before);
    expect(await trackedIn(client, set)).toMatchObject({ mode: 'enforce', 'pinned-at': set.sequence });
    expect(planSet(await deviceNow(client), wish, sets, NOW).verdict).toBe('nothing');

    if (warnings.some(({ cause }) => cause === 'invalid-before')) return count('not valid before');
    await runAll(client, rollback ?? []);
    expect(await state(device)).toEqual(before);
  }

  it('were of every kind, many times', () => {
    process.stdout.write(`plans carried out and taken back: ${JSON.stringify(seen)}\n`);
    const kinds = ['change', 'nothing', 'blocked: conflict', 'install', 'refresh', 'remove', 'install component'];
    expect(kinds.filter((kind) => (seen[kind] ?? 0) < 10)).toEqual([]);
  });
});

/** Enforces the sets as far as the device takes them, each pinned. */
async function enforce(client: SnapdClient, sets: readonly ValidationSet[]): Promise<void> {
  for (const { accountId, name, sequence } of sets) {
    const enforcing = client.validationSets.apply(accountId, name, { mode: 'enforce', sequence });
    await enforcing.catch((error: unknown) => {
      if (!(error instanceof SnapdError)) throw error;
    });
  }
}

/** What the device's agent would have told. */
async function deviceNow(client: SnapdClient): Promise<DeviceNow> {
  const facts = {
    snaps: await client.snaps.list({ select: 'all' }),
    sets: await client.validationSets.list(),
    systemInfo: await client.systemInfo.get(),
    model: await client.model.json(),
    host: { timeZone: 'UTC', disk: { free: 1e9, total: 1e10 } },
  };
  const told = JSON.parse(JSON.stringify(facts)) as typeof facts;
  return { deviceId: 'd', enrolled: true, lastSeenAt: NOW, snapdState: 'reachable', ...readFacts(told) };
}

/** Snaps with components and channels, and sets: what plans move. */
async function state({ client }: SimulatedDevice): Promise<object> {
  const channels = (await client.snaps.list()).map((snap) => [snap.name, snap['tracking-channel']]);
  const sets = (await client.validationSets.list()).map(({ valid: _valid, ...set }) => set);
  return { snaps: await shown(client), channels: channels.sort(), sets };
}

const trackedIn = async (client: SnapdClient, { accountId, name }: ValidationSet): Promise<unknown> =>
  (await client.validationSets.list()).find((set) => set['account-id'] === accountId && set.name === name);

interface Step {
  readonly operation: string;
  readonly parameters: object;
}

async function runAll(client: SnapdClient, steps: readonly Step[]): Promise<void> {
  for (const { operation, parameters } of steps) await run(client, operation, parameters);
}

/** No operation of a plan touches files or boots. */
const CONTEXT: OperationContext = {
  readBootId: () => Promise.resolve('boot'),
  fetchArtifact: () => Promise.reject(new Error('no files here')),
  storeArtifact: () => Promise.reject(new Error('no files here')),
};

async function run(client: SnapdClient, name: string, parameters: object): Promise<void> {
  const preparation = findOperation(name)?.prepare(parameters);
  if (preparation?.kind !== 'prepared') throw new Error(`${name}: ${JSON.stringify(preparation)}`);
  const { operation } = preparation;
  const before: unknown = JSON.parse(JSON.stringify((await operation.observe(client, CONTEXT)) ?? null));
  const started = await operation.start(client, CONTEXT);
  const change = started.kind === 'change' ? await client.changes.get(started.changeId) : undefined;
  const verdict = await operation.verify(client, { started, before, ...(change && { change }) }, CONTEXT);
  if (verdict.kind !== 'verified') throw new Error(`${name} ${JSON.stringify(parameters)}: ${verdict.message}`);
}
