import type { FilterGroup } from './condition-sql';
import { expand } from './group-references';
import { parseFilter } from './parse-filter';

const groups = (filters: Record<string, string | null>): Map<string, FilterGroup> =>
  new Map(
    Object.entries(filters).map(([name, filter]) => [
      name,
      { id: name, filter: filter === null ? null : parseFilter(filter) },
    ]),
  );

describe('expand', () => {
  it.each<[string, Record<string, string | null>, object]>([
    ['model=pc', {}, { terms: 1 }],
    ['group=a', { a: null }, { terms: 1 }],
    ['group in (a, b) or model=pc', { a: 'model=x and site=y', b: 'group=a' }, { terms: 7 }],
    ['group=a', { a: 'group=a' }, { cycle: ['a', 'a'] }],
    ['group=a', { a: 'group=b', b: 'not (model=x or group=c)', c: 'group=b' }, { cycle: ['b', 'c', 'b'] }],
    ['group=a and group=b', { a: 'group=c', b: 'group=c', c: 'model=x' }, { terms: 6 }],
  ])('of %p with %p', (filter, named, expected) => {
    expect(expand(parseFilter(filter), groups(named))).toEqual(expected);
  });

  it('counts what would grow without bound, without growing', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`g${at}`, `group=g${at + 1} or group=g${at + 1}`]),
    );
    const expanded = expand(parseFilter('group=g0'), groups({ ...doubling, g60: 'model=pc' }));
    expect(expanded).toMatchObject({ terms: expect.any(Number) as number });
    expect('terms' in expanded && expanded.terms).toBeGreaterThan(2 ** 60);
  });
});
