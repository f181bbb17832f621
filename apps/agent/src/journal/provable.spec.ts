import { provable } from './provable';

const records = (...numbers: number[]) => numbers.map((n) => ({ n, t: n === 1 ? 'journal' : 'numbers' }));
type Case = [string, { found: number[]; tail?: 'cut-short' | 'damaged'; mark?: number }, object];

it.each<Case>([
  ['nothing', { found: [] }, { kept: [] }],
  ['all there is', { found: [1, 2, 3], mark: 3 }, { kept: [1, 2, 3] }],
  ['all, where the mark is behind', { found: [1, 2, 3], mark: 1 }, { kept: [1, 2, 3] }],
  ['all, where an append was cut short', { found: [1, 2], mark: 2, tail: 'cut-short' }, { kept: [1, 2] }],
  ['each once', { found: [1, 2, 3, 2, 3, 3], mark: 3 }, { kept: [1, 2, 3] }],
  [
    'a gap in the middle',
    { found: [1, 2, 5, 6], mark: 6 },
    { kept: [1, 2, 5, 6], completeFrom: 2, reason: 'records 3 to 4 are missing' },
  ],
  [
    'a gap at the beginning',
    { found: [4, 5], mark: 5 },
    { kept: [4, 5], completeFrom: 0, reason: 'its beginning is missing' },
  ],
  ['a lost end', { found: [1, 2], mark: 4 }, { kept: [1, 2], completeFrom: 2, reason: 'records 3 to 4 are missing' }],
  [
    'a lost end behind a torn record',
    { found: [1, 2], mark: 3, tail: 'cut-short' },
    { kept: [1, 2], completeFrom: 2, reason: 'records 3 to 3 are missing' },
  ],
  [
    'a damaged end',
    { found: [1, 2], mark: 2, tail: 'damaged' },
    { kept: [1, 2], completeFrom: 2, reason: 'what follows record 2 is no record' },
  ],
  ['a file that is gone', { found: [], mark: 9 }, { kept: [], completeFrom: 0, reason: 'records 1 to 9 are missing' }],
])('proves %s', (_what, { found, tail, mark }, { kept, ...damage }: { kept?: number[] }) => {
  const proven = provable({ records: records(...found), tail: tail ?? 'none' }, mark);
  expect(proven.records.map(({ n }) => n)).toEqual(kept);
  expect(proven.damage).toEqual('reason' in damage ? damage : undefined);
});
