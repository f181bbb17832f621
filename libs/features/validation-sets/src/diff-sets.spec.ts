import type { SnapConstraint } from '@corefleet/validation-set-rules';
import { diffSets, type SnapDiff } from './diff-sets';

const app = (but: Partial<SnapConstraint> = {}): SnapConstraint => ({
  name: 'app',
  id: 'a',
  presence: 'required',
  ...but,
});
const required = { presence: 'required' };

describe('the difference of two sequences', () => {
  it.each<[string, SnapConstraint[], SnapConstraint[], object[]]>([
    ['is nothing for the same', [app({ revision: '1' })], [app({ revision: '1' })], []],
    ['has what is new', [], [app()], [{ name: 'app', change: 'added', to: required, components: [] }]],
    ['has what is gone', [app()], [], [{ name: 'app', change: 'removed', from: required, components: [] }]],
    [
      'has another revision',
      [app({ revision: '1' })],
      [app({ revision: '2' })],
      [{ change: 'changed', from: { ...required, revision: '1' }, to: { ...required, revision: '2' } }],
    ],
    [
      'has a revision that is free now',
      [app({ revision: '1' })],
      [app()],
      [{ from: { ...required, revision: '1' }, to: required }],
    ],
    [
      'has another presence',
      [app()],
      [app({ presence: 'invalid' })],
      [{ from: required, to: { presence: 'invalid' } }],
    ],
    [
      'takes a snap that was renamed for the same',
      [app()],
      [app({ name: 'new', revision: '2' })],
      [{ name: 'new', change: 'changed' }],
    ],
    [
      'has components where they alone differ',
      [app({ components: { one: { presence: 'required' }, two: { presence: 'optional' } } })],
      [app({ components: { two: { presence: 'invalid' }, three: { presence: 'required' } } })],
      [
        {
          change: 'changed',
          from: required,
          to: required,
          components: [
            { name: 'one', change: 'removed', from: required },
            { name: 'three', change: 'added', to: required },
            { name: 'two', change: 'changed', from: { presence: 'optional' }, to: { presence: 'invalid' } },
          ],
        },
      ],
    ],
  ])('%s', (_, from, to, expected) => {
    expect(diffSets(from, to)).toMatchObject(expected);
    expect(diffSets(from, to)).toHaveLength(expected.length);
  });

  it('is by name', () => {
    const named = (...names: string[]) => names.map((name) => app({ name, id: name }));
    expect(diffSets(named('c'), named('b', 'a')).map(({ name }: SnapDiff) => name)).toEqual(['a', 'b', 'c']);
  });
});
