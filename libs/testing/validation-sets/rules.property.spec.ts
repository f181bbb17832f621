import fc from 'fast-check';
import {
  combine,
  combineSets,
  Combination,
  findAmong,
  setsBetween,
  unionOf,
  type Action,
  type InstalledSnap,
  type Say,
} from '@corefleet/validation-set-rules';
import { devices, validationSets } from './index';

const says: fc.Arbitrary<Say[]> = fc
  .array(fc.tuple(fc.constantFrom('required', 'optional', 'invalid'), fc.constantFrom(undefined, '1', '2')))
  .map((words) =>
    words.map(([presence, revision], at) => ({
      ...{ set: `acme/${at}`, presence: presence as Say['presence'] },
      ...(presence !== 'invalid' && revision !== undefined && { revision }),
    })),
  );

const fourSets = fc.tuple(...['a', 'b', 'c', 'd'].map((name) => validationSets(name)));

/** The device after all of it was done; what is installed at any revision comes at the newest. */
function after(installed: readonly InstalledSnap[], actions: readonly Action[]): InstalledSnap[] {
  const snaps = new Map(installed.map((snap) => [snap.name, snap]));
  for (const action of actions) {
    const { snap, component } = action;
    const now =
      action.kind === 'refresh' ? action.to : action.kind === 'install' ? (action.revision ?? '99') : undefined;
    const is = snaps.get(snap);
    if (component === undefined) {
      if (now === undefined) snaps.delete(snap);
      else snaps.set(snap, { ...is, name: snap, id: is?.id ?? snap.repeat(16), revision: now });
    } else if (is) {
      const { [component]: _gone, ...others } = is.components ?? {};
      snaps.set(snap, { ...is, components: now === undefined ? others : { ...others, [component]: now } });
    }
  }
  return [...snaps.values()];
}

describe('whatever the sets say', () => {
  it('their order does not matter', () => {
    fc.assert(
      fc.property(
        says.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => expect(combine(shuffled)).toEqual(combine(all)),
      ),
    );
    fc.assert(
      fc.property(fourSets, devices, (sets, installed) => {
        const verdict = (of: typeof sets) => new Combination(of).refreshOn(findAmong(installed));
        expect(verdict([...sets].reverse() as typeof sets)).toEqual(verdict(sets));
      }),
    );
  });

  it('saying it twice changes nothing', () => {
    fc.assert(fc.property(says, (all) => expect(combine([...all, ...all])).toEqual(combine(all))));
    fc.assert(
      fc.property(fc.array(validationSets('a', 'b')), fc.array(validationSets('a', 'b')), (enforced, added) => {
        const once = unionOf(enforced, added);
        expect(unionOf(once, added)).toEqual(once);
      }),
    );
  });

  it('another set never makes a conflict go away', () => {
    fc.assert(
      fc.property(fourSets, ([a, b, c, d]) => {
        const few = new Combination([a!, b!, c!]).conflicts.map(({ snap, component }) => `${snap}+${component}`);
        const more = new Combination([a!, b!, c!, d!]).conflicts.map(({ snap, component }) => `${snap}+${component}`);
        expect(more).toEqual(expect.arrayContaining(few));
      }),
    );
  });

  it('a conflict is one between the sets it names', () => {
    fc.assert(
      fc.property(fourSets, (sets) => {
        for (const conflict of new Combination(sets).conflicts) {
          const between = sets.filter(({ accountId, name }) => setsBetween(conflict).includes(`${accountId}/${name}`));
          expect(new Combination(between).conflicts).toContainEqual(conflict);
        }
      }),
    );
  });

  it('what has to happen is enough, and nothing is left to do after it', () => {
    fc.assert(
      fc.property(fourSets, devices, (sets, installed) => {
        const combination = new Combination(sets);
        const verdict = combination.refreshOn(findAmong(installed));
        if (verdict.kind === 'conflict') return;
        const then = findAmong(after(installed, verdict.actions));
        expect(combination.refreshOn(then)).toEqual({ kind: 'refreshed', actions: [] });
        expect(combination.enforceOn(then)).toEqual({ kind: 'enforced' });
      }),
    );
  });

  it('a snap is met, or there is one thing to do about it', () => {
    fc.assert(
      fc.property(fourSets, devices, (sets, installed) => {
        const verdict = new Combination(sets).refreshOn(findAmong(installed));
        const about = verdict.kind === 'conflict' ? [] : verdict.actions.map((one) => `${one.snap}+${one.component}`);
        expect(new Set(about).size).toBe(about.length);
        const ignored = installed.filter(({ ignoreValidation }) => ignoreValidation).map(({ name }) => name);
        expect(about.filter((name) => ignored.some((one) => name.startsWith(`${one}+`)))).toEqual([]);
        expect(combineSets(sets).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});
