import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { canonicalJson } from './canonical-json';
import { differenceOf, printOf, withDifference } from './difference';

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);
const between = (before: unknown, after: unknown) => differenceOf(printOf(before, hash), after, hash);

describe('a difference', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => ({ name, revision: '1' }));

  it.each([
    [
      'one entry of a list',
      [a, b, c],
      [a, { name: 'b', revision: '2' }, c],
      [[0, 1], { is: [{ name: 'b', revision: '2' }] }, [2, 1]],
    ],
    ['an entry that came', [a, c], [a, b, c], [[0, 1], { is: [b] }, [1, 1]]],
    [
      'entries that went',
      [a, b, c, d],
      [b, d],
      [
        [1, 1],
        [3, 1],
      ],
    ],
    ['entries in another order', [a, b, c], [c, a, b], [[2, 1], { is: [a, b] }]],
    ['all that went', [a, b], [], []],
  ])('of a list names %s', (_what, before, after, parts) => {
    expect(between(before, after)).toEqual({ parts });
  });

  it('of an object names members, and entries of the lists in it', () => {
    const before = { version: '1', gone: true, same: { deep: [1] }, established: [a, b] };
    const after = { version: '2', same: { deep: [1] }, established: [a], come: null };
    expect(between(before, after)).toEqual({
      set: { version: { is: '2' }, established: { parts: [[0, 1]] }, come: { is: null } },
      gone: ['gone'],
    });
    expect(between(before, before)).toEqual({ set: {}, gone: [] });
  });

  it('makes of the one value the other, whatever they are', () => {
    const list = fc.array(fc.constantFrom(a, b, c, d, 1, null));
    const value = fc.oneof(
      fc.jsonValue(),
      list,
      fc.dictionary(fc.constantFrom('x', 'y', '__proto__'), fc.oneof(list, fc.jsonValue())),
    );
    fc.assert(
      fc.property(value, value, (before, after) => {
        const sent: unknown = JSON.parse(JSON.stringify(between(before, after)));
        expect(canonicalJson(withDifference(before, sent))).toBe(canonicalJson(after));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [[a], undefined],
    [[a], 'all'],
    [[a], {}],
    [[a], { parts: [[0, 2]] }],
    [
      [a, b],
      {
        parts: [
          [1, 1],
          [0, 1],
        ],
      },
    ],
    [
      [a],
      {
        parts: [
          [0, 1],
          [0, 1],
        ],
      },
    ],
    [[a], { parts: [[0, 0]] }],
    [[a], { parts: [[0.5, 1]] }],
    [[a], { parts: [['0', 1]] }],
    [[a], { parts: [{ is: 'b' }] }],
    [{}, { parts: [] }],
    [{}, { set: { x: { parts: [] } }, gone: [] }],
    [{}, { set: { x: {} }, gone: [] }],
    [{}, { set: {} }],
    ['text', { set: {}, gone: [] }],
  ])('that is none of such a value makes nothing: %j, %j', (before, difference) => {
    expect(withDifference(before, difference)).toBeUndefined();
  });
});
