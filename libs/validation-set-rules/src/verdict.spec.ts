import { setsBetween } from './conflicts';
import { findAmong, type InstalledSnap } from './installed';
import { enforceRefusalText, refreshRefusalText } from './texts';
import { aSet, constraint, saying } from './testing/sets';
import { Combination, isValidAlone } from './verdict';

const x = (revision: string, but: Partial<InstalledSnap> = {}): InstalledSnap => ({ name: 'x', revision, ...but });

const enforcing = (words: readonly string[], ...installed: InstalledSnap[]) =>
  new Combination(saying(...words)).enforceOn(findAmong(installed));

const refreshing = (words: readonly string[], ...installed: InstalledSnap[]) =>
  new Combination(saying(...words)).refreshOn(findAmong(installed));

describe('enforcing sets', () => {
  it.each([
    ['required', undefined, 'missing required snaps', 'required at any revision by sets acme/a'],
    ['required@2', undefined, 'missing required snaps', 'required at revision 2 by sets acme/a'],
    ['required@2', '1', 'snaps at wrong revisions', 'required at revision 2 by sets acme/a'],
    ['optional@2', '1', 'snaps at wrong revisions', 'required at revision 2 by sets acme/a'],
    ['invalid', '1', 'invalid snaps', 'invalid for sets acme/a'],
    [
      'required optional@1 optional',
      undefined,
      'missing required snaps',
      'required at any revision by sets acme/a,acme/c, at revision 1 by sets acme/b',
    ],
    ['optional@1 optional@2', '1', 'invalid snaps', 'invalid for sets acme/a,acme/b'],
  ])('finds "%s" unmet with revision %s', (words, revision, title, why) => {
    const verdict = enforcing(words.split(' '), ...(revision === undefined ? [] : [x(revision)]));
    expect(enforceRefusalText(verdict)).toBe(
      `cannot enforce validation set: validation sets assertions are not met:\n- ${title}:\n  - x (${why})`,
    );
  });

  it.each([
    ['required', '7'],
    ['required@1', '1'],
    ['optional@2', undefined],
    ['invalid', undefined],
    ['optional@1 optional@2', undefined],
  ])('finds "%s" met with revision %s', (words, revision) =>
    expect(enforcing(words.split(' '), ...(revision === undefined ? [] : [x(revision)]))).toEqual({ kind: 'enforced' }),
  );

  it.each([
    [['required', 'invalid'], 'as both invalid (acme/b) and required at any revision (acme/a)'],
    [['required@5', 'invalid'], 'as both invalid (acme/b) and required at revision 5 (acme/a)'],
    [['required@10', 'required@9'], 'at different revisions 9 (acme/b), 10 (acme/a)'],
    [
      ['optional@1', 'required@2', 'required'],
      'at different revisions 1 (acme/a), 2 (acme/b) or required at any revision (acme/c)',
    ],
  ])('finds %j in conflict', (words, text) => {
    const verdict = enforcing(words);
    expect(enforceRefusalText(verdict)).toBe(
      `cannot enforce validation set: validation sets are in conflict:\n- cannot constrain snap "x" ${text}`,
    );
    expect(verdict.kind === 'conflict' && verdict.conflicts.map(setsBetween)).toEqual([
      words.map((_word, at) => `acme/${'abc'[at]}`),
    ]);
  });

  it('passes over a snap whose validation a person switched off, where the valid that is shown does not', () => {
    const ignored = x('1', { ignoreValidation: true });
    expect(enforcing(['required@2'], ignored)).toEqual({ kind: 'enforced' });
    expect(isValidAlone(saying('required@2')[0]!, findAmong([ignored]))).toBe(false);
  });

  it('passes over parallel instances: they neither meet a set nor break it', () => {
    expect(enforcing(['invalid'], x('1', { name: 'x_blue' }))).toEqual({ kind: 'enforced' });
    expect(enforcing(['required'], x('1', { name: 'x_blue', id: 'i' }))).toMatchObject({ kind: 'unmet' });
  });

  it('takes a sideloaded snap for the one of its name, at a revision no set can mean', () => {
    const set = aSet('a', [{ name: 'x', id: 'i', ...constraint('required@1') }]);
    const find = findAmong([x('x1', { id: '' })]);
    expect(new Combination([set]).refreshOn(find)).toEqual({
      kind: 'refreshed',
      actions: [{ kind: 'refresh', snap: 'x', from: 'x1', to: '1' }],
    });
  });
});

describe('refreshing to sets', () => {
  it.each([
    [['required'], [], [{ kind: 'install', snap: 'x' }]],
    [['required@2'], [], [{ kind: 'install', snap: 'x', revision: '2' }]],
    [['optional@2'], [x('1')], [{ kind: 'refresh', snap: 'x', from: '1', to: '2' }]],
    [['required@2'], [x('2')], []],
    [['optional'], [], []],
  ])('on %j does what is missing', (words, installed, actions) =>
    expect(refreshing(words, ...installed)).toEqual({ kind: 'refreshed', actions }),
  );

  it('removes nothing by itself', () => {
    const verdict = refreshing(['invalid'], x('7'));
    expect(verdict).toMatchObject({
      kind: 'needs-removal',
      snaps: ['x'],
      actions: [{ kind: 'remove', snap: 'x', from: '7' }],
    });
    expect(refreshRefusalText(verdict)).toBe(
      'cannot refresh: cannot auto-resolve validation set constraints that require removing snaps: "x"',
    );
  });
});

describe('components', () => {
  const set = (word: string, component: string, name = 'a') =>
    aSet(name, [{ name: 'x', ...constraint(word), components: { c: constraint(component) } }]);
  const on = (sets: readonly ReturnType<typeof set>[], ...installed: InstalledSnap[]) =>
    new Combination(sets).refreshOn(findAmong(installed));

  it('count only where their snap is, or has to be', () => {
    expect(on([set('optional', 'required')])).toEqual({ kind: 'refreshed', actions: [] });
    expect(on([set('optional', 'required')], x('1'))).toEqual({
      kind: 'refreshed',
      actions: [{ kind: 'install', snap: 'x', component: 'c' }],
    });
    expect(on([set('required', 'required')])).toMatchObject({
      actions: [
        { kind: 'install', snap: 'x' },
        { kind: 'install', snap: 'x', component: 'c' },
      ],
    });
  });

  it('go to the revision that is pinned', () =>
    expect(on([set('required@1', 'required@4')], x('1', { components: { c: '3' } }))).toMatchObject({
      actions: [{ kind: 'refresh', snap: 'x', component: 'c', from: '3', to: '4' }],
    }));

  it('have to be removed by somebody, as snaps', () => {
    const verdict = on([set('required', 'invalid')], x('1', { components: { c: '3' } }));
    expect(refreshRefusalText(verdict)).toBe(
      'cannot refresh: cannot auto-resolve validation set constraints that require removing components: "x+c"',
    );
  });

  it('of a snap that has to go are not mentioned', () =>
    expect(
      on([set('optional', 'invalid'), ...saying('optional', 'invalid').slice(1)], x('1', { components: { c: '3' } })),
    ).toMatchObject({ snaps: ['x'], components: [], actions: [{ kind: 'remove', snap: 'x', from: '1' }] }));

  it('conflict by themselves', () =>
    expect(enforceRefusalText(on([set('required', 'required@1'), set('required', 'required@2', 'b')]) as never)).toBe(
      'cannot enforce validation set: validation sets are in conflict:\n' +
        '- cannot constrain component "x+c" at different revisions 1 (acme/a), 2 (acme/b)',
    ));
});
