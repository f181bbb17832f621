import fc from 'fast-check';
import { readIds, writeIds } from './id-ranges';

it.each([
  [[1, 2, 3, 4, 6, 5], '1-4,6,5'],
  [[7], '7'],
])('ids %j are written as %s', (ids, text) => {
  expect(writeIds(ids)).toBe(text);
});

it('ids are read as they were written', () => {
  const ids = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  fc.assert(fc.property(ids, (some) => expect(readIds(writeIds(some), some.length)).toEqual(some)));
});

it.each([
  ['1-1000000000', 5],
  ['1-3', 2],
  ['', 5],
  ['0', 5],
  ['3-', 5],
  ['5-4,x', 9],
])('%j is no list of at most %i ids', (text, most) => {
  expect(readIds(text, most)).toBeUndefined();
});
