import fc from 'fast-check';
import { SnapdError } from '@corefleet/snapd-client';
import {
  Combination,
  enforceRefusalText,
  findAmong,
  isValidAlone,
  keyOf,
  refreshRefusalText,
  unionOf,
  type Action,
  type InstalledSnap,
  type ValidationSet,
} from '@corefleet/validation-set-rules';
import { componentRevision, deviceWith, NEWEST, shown, worlds, type Shown, type SimulatedDevice } from './index';

/** Enough that every kind of verdict comes up; the seed is the same each time, so that a failure is the same, too. */
const CASES = { numRuns: 1500, seed: 20_260_501 };

/**
 * Generated devices, enforced sets and a new one, asked of the rules and of a simulated snapd through the client. The
 * simulator was written from snapd's behaviour by itself and shares no code with the rules.
 */
describe('verdicts of the rules, against those of the simulator', () => {
  const seen: Record<string, number> = {};
  let ran = 0;

  it('are the same for generated devices and sets', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ installed, enforced, wanted }) => {
        const device = await deviceWith(installed, [...enforced, wanted]);
        expect(await shown(device.client)).toEqual(after(installed, []));
        const inForce = await enforceInTurn(device, installed, enforced);
        await compare(device, installed, inForce, wanted);
        await device.snapd.dispose();
        ran++;
      }),
      CASES,
    );
  });

  it('were of every kind, many times', () => {
    process.stdout.write(`rules and simulator agreed on ${ran} generated cases: ${JSON.stringify(seen)}\n`);
    const enforcing = ['enforced', 'conflict', 'unmet'].map((kind) => `enforcing: ${kind}`);
    const refreshing = ['refreshed', 'conflict', 'needs-removal', 'needs-removal of components'].map(
      (kind) => `refreshing: ${kind}`,
    );
    expect([...enforcing, ...refreshing].filter((kind) => (seen[kind] ?? 0) < 10)).toEqual([]);
  });

  async function compare(
    { client }: SimulatedDevice,
    installed: readonly InstalledSnap[],
    inForce: readonly ValidationSet[],
    wanted: ValidationSet,
  ): Promise<void> {
    const find = findAmong(installed);
    const { accountId, name, sequence } = wanted;
    expect((await client.validationSets.get(accountId, name, { sequence })).valid).toBe(isValidAlone(wanted, find));
    const combination = new Combination(unionOf(inForce, [wanted]));
    const enforce = combination.enforceOn(find);
    count(`enforcing: ${enforce.kind}`);
    const enforcing = client.validationSets.apply(accountId, name, { mode: 'enforce', sequence });
    expect(await messageOf(enforcing)).toBe(enforceRefusalText(enforce));

    const refresh = combination.refreshOn(find);
    const needs =
      refresh.kind === 'needs-removal' && refresh.snaps.length === 0 ? 'needs-removal of components' : refresh.kind;
    count(`refreshing: ${needs}`);
    const references = [`${keyOf(wanted)}=${sequence}`];
    const refreshing = client.snaps.act({ action: 'refresh', 'validation-sets': references });
    expect(await messageOf(refreshing)).toBe(refreshRefusalText(refresh));
    expect(await shown(client)).toEqual(after(installed, refresh.kind === 'refreshed' ? refresh.actions : []));
  }

  const count = (kind: string): void => {
    seen[kind] = (seen[kind] ?? 0) + 1;
  };
});

/** Enforces one set after the other, as far as the device takes them; the rules have to say the same of each. */
async function enforceInTurn(
  { client }: SimulatedDevice,
  installed: readonly InstalledSnap[],
  sets: readonly ValidationSet[],
): Promise<ValidationSet[]> {
  let inForce: ValidationSet[] = [];
  for (const set of sets) {
    const verdict = new Combination(unionOf(inForce, [set])).enforceOn(findAmong(installed));
    const { accountId, name, sequence } = set;
    const applying = client.validationSets.apply(accountId, name, { mode: 'enforce', sequence });
    expect(await messageOf(applying)).toBe(enforceRefusalText(verdict));
    if (verdict.kind === 'enforced') inForce = unionOf(inForce, [set]);
  }
  return inForce;
}

async function messageOf(asked: Promise<unknown>): Promise<string | undefined> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    if (error instanceof SnapdError) return error.message;
    throw error;
  }
}

/** What the device has to show once the actions are done. */
function after(installed: readonly InstalledSnap[], actions: readonly Action[]): Shown {
  const is: Shown = {};
  for (const { name, revision, components = {} } of installed) {
    is[name] = revision;
    for (const [part, at] of Object.entries(components)) is[`${name}+${part}`] = at;
  }
  for (const action of actions) {
    if (action.kind === 'remove') throw new Error('snapd removes nothing by itself');
    const about = action.component === undefined ? action.snap : `${action.snap}+${action.component}`;
    const any = action.component === undefined ? NEWEST : componentRevision(is[action.snap] ?? '');
    is[about] = action.kind === 'refresh' ? action.to : (action.revision ?? any);
    if (action.component === undefined) takeAlong(is, action.snap);
  }
  return is;
}

/** A refresh brings the components the snap has at what was published with its new revision. */
function takeAlong(is: Shown, snap: string): void {
  for (const about of Object.keys(is)) if (about.startsWith(`${snap}+`)) is[about] = componentRevision(is[snap] ?? '');
}
