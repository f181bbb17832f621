import { distanceOf, isFresh, madeOf, unknownDistance, type Runs, type TrackedSet } from './distance';

const set = (key: string, sequence: number, over: Partial<TrackedSet> = {}): TrackedSet => ({
  ...{ key, sequence, mode: 'enforce', ofModel: false },
  ...over,
});
const runs = (sets: TrackedSet[], snaps?: Record<string, string>): Runs => ({
  sets,
  snaps: snaps && new Map(Object.entries(snaps)),
});
const snaps = { core24: '5', pc: '2' };

describe('what a recovery system was made of', () => {
  it.each<[string, string[], Runs | undefined, Record<string, number | undefined>, boolean]>([
    ['what ran then', [], runs([set('acme/base', 4)], snaps), { 'acme/base': 4 }, true],
    ['what was asked for', ['acme/base=7'], runs([set('acme/base', 4)], snaps), { 'acme/base': 7 }, false],
    ['what was asked for and ran', ['acme/base=4'], runs([set('acme/base', 4)], snaps), { 'acme/base': 4 }, true],
    [
      'what the model lists, whatever was asked for',
      ['acme/base=7'],
      runs([set('acme/base', 4, { ofModel: true })], snaps),
      { 'acme/base': 4 },
      true,
    ],
    ['nothing of what was only watched', [], runs([set('acme/base', 4, { mode: 'monitor' })], snaps), {}, true],
    ['the latest of a store, which nobody tells', ['acme/base'], runs([], snaps), { 'acme/base': undefined }, false],
    ['what was asked for, where nothing else was kept', ['acme/base=7'], undefined, { 'acme/base': 7 }, false],
  ])('is %s', (_what, asked, then, sets, revisions) => {
    const made = madeOf(asked, then);
    expect(Object.fromEntries(made.sets)).toEqual(sets);
    expect(made.snaps !== undefined).toBe(revisions);
  });
});

describe('the distance from running', () => {
  const made = madeOf([], runs([set('acme/base', 1), set('acme/apps', 3)], snaps));

  it.each<[string, Runs, boolean, string]>([
    [
      'counts sequences of the set furthest away',
      runs([set('acme/base', 15), set('acme/apps', 4)]),
      false,
      'recovery is 14 sequences behind running (acme/base: made of 1, runs 15)',
    ],
    [
      'counts one',
      runs([set('acme/base', 2)]),
      false,
      'recovery is 1 sequence behind running (acme/base: made of 1, runs 2)',
    ],
    [
      'may be ahead',
      runs([set('acme/apps', 1)]),
      false,
      'recovery is 2 sequences ahead of running (acme/apps: made of 3, runs 1)',
    ],
    ['is none', runs([set('acme/base', 1), set('acme/apps', 3)], snaps), true, 'recovery is as running (acme/base=1)'],
    [
      'is none though a snap no set pins has moved',
      runs([set('acme/base', 1)], { ...snaps, pc: '3' }),
      false,
      'recovery is as running (acme/base=1); 1 of the 2 snaps in recovery run at other revisions',
    ],
    [
      'counts revisions where no set is tracked any more',
      runs([], { ...snaps, pc: '3' }),
      false,
      '1 of the 2 snaps in recovery run at other revisions',
    ],
    [
      'counts a snap that is gone',
      runs([], { core24: '5' }),
      false,
      '1 of the 2 snaps in recovery run at other revisions',
    ],
    ['is none by revisions', runs([], snaps), true, 'recovery is as running'],
    [
      'is not known where nothing is',
      runs([]),
      false,
      'the distance from running is not known: neither a sequence nor revisions of its making were kept',
    ],
  ])('%s', (_what, now, fresh, words) => {
    const distance = distanceOf(made, now);
    expect(distance.words).toBe(words);
    expect(isFresh(distance)).toBe(fresh);
  });

  it('is not known of a system that others made', () => {
    expect(isFresh(unknownDistance('it was there before we were'))).toBe(false);
  });
});
