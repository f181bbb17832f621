import fc from 'fast-check';
import { differences } from './differences';

describe('differences', () => {
  it.each<[string, unknown, unknown, unknown[]]>([
    ['nothing', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [{ path: 'a.b', from: 1, to: 2 }]],
    ['what came', {}, { a: null }, [{ path: 'a', to: null }]],
    ['what went', { a: 1 }, { a: undefined }, [{ path: 'a', from: 1 }]],
    [
      'a place in a list',
      [1, 2],
      [1, 3, 4],
      [
        { path: '1', from: 2, to: 3 },
        { path: '2', to: 4 },
      ],
    ],
    ['another shape, whole', { a: [] }, { a: {} }, [{ path: 'a', from: [], to: {} }]],
    ['all of it', undefined, { a: 1 }, [{ path: '', to: { a: 1 } }]],
  ])('tells %s', (_what, from, to, expected) => expect(differences(from, to)).toEqual(expected));

  it('tells nothing of equal values, and something of unequal ones', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(differences(one, structuredClone(one))).toEqual([]);
        const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(differences(one, other).length === 0).toBe(isSame);
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Object.is(value, -0)) return 'minus zero';
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
