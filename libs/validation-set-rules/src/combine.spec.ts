import { combineSets } from './combine';
import { aSet, constraint, saying } from './testing/sets';
import { keyOf, unionOf } from './validation-set';

const together = (...words: readonly string[]) => combineSets(saying(...words))[0]?.effective;

describe('what sets say of a snap, taken together', () => {
  it.each([
    [['required'], { kind: 'required' }],
    [['required@1'], { kind: 'required', revision: '1' }],
    [['optional'], { kind: 'optional' }],
    [['invalid'], { kind: 'invalid' }],
    [['required', 'optional@2'], { kind: 'required', revision: '2' }],
    [['required@1', 'required@1', 'optional'], { kind: 'required', revision: '1' }],
    [['optional@1', 'optional'], { kind: 'optional', revision: '1' }],
    [['required', 'invalid'], { kind: 'conflict' }],
    [['required@1', 'required@2'], { kind: 'conflict' }],
    [['required@1', 'optional@2'], { kind: 'conflict' }],
    [['required', 'optional@1', 'optional@2'], { kind: 'conflict' }],
    [['optional@1', 'optional@2'], { kind: 'invalid' }],
    [['optional@1', 'invalid'], { kind: 'invalid' }],
  ])('makes of %j %j', (words, effective) => expect(together(...words)).toEqual(effective));

  it('goes by id, and by name only where one side has none', () => {
    const x = (name: string, id?: string) => ({ name, id, ...constraint('required') });
    const named = (...snaps: ReturnType<typeof x>[]) =>
      combineSets(snaps.map((snap, at) => aSet(String(at), [snap]))).map(({ name, id, says }) => [
        name,
        id,
        says.length,
      ]);
    expect(named(x('x', '1'), x('y', '1'))).toEqual([['x', '1', 2]]);
    expect(named(x('x', '1'), x('x'))).toEqual([['x', '1', 2]]);
    expect(named(x('x'), x('x', '1'), x('y', '1'))).toEqual([['x', '1', 3]]);
    expect(named(x('x', '1'), x('x', '2'))).toEqual([
      ['x', '1', 1],
      ['x', '2', 1],
    ]);
  });

  it('takes components together by themselves', () => {
    const set = (name: string, word: string) =>
      aSet(name, [{ name: 'x', presence: 'required', components: { c: constraint(word) } }]);
    const [snap] = combineSets([set('a', 'required@1'), set('b', 'required@2')]);
    expect(snap?.effective).toEqual({ kind: 'required' });
    expect(snap?.components).toMatchObject([{ name: 'c', effective: { kind: 'conflict' } }]);
  });
});

describe('the sets in force', () => {
  it('are one sequence of each, the one that was added last', () => {
    const [old, other, added] = [aSet('base', [], 3), aSet('extra', []), aSet('base', [], 14)];
    expect(unionOf([old, other], [added])).toEqual([added, other]);
    expect(unionOf([other], [added]).map(keyOf)).toEqual(['acme/extra', 'acme/base']);
  });
});
