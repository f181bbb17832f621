import type { WaveSize } from '@corefleet/contracts/http';
import { planWaves } from './plan-waves';

const devices = (count: number): string[] => Array.from({ length: count }, (_, at) => `d${at}`);

describe('planWaves', () => {
  it.each<[WaveSize[], number, number[]]>([
    [[{ percent: 10 }, { percent: 30 }, { percent: 60 }], 50, [5, 15, 30]],
    [[{ percent: 1 }, { percent: 99 }], 3, [1, 2]],
    [[{ count: 2 }, { percent: 50 }, { count: 1 }], 10, [2, 5, 3]],
    [[{ percent: 100 }], 1, [1]],
    [[{ percent: 33.3 }, { percent: 33.3 }, { percent: 33.4 }], 9, [3, 3, 3]],
    [[{ percent: 0.1 }, { percent: 0.2 }, { percent: 99.7 }], 1000, [1, 2, 997]],
  ])('%j over %i devices', (waves, count, sizes) => {
    expect(planWaves(waves, devices(count)).sizes).toEqual(sizes);
  });

  it('gives filtered waves whom they mean, the first of two, and the others whoever is left, in order', () => {
    const waves: WaveSize[] = [{ count: 2 }, { filter: 'a' }, { filter: 'b' }, { percent: 100 }];
    const matches = new Map([
      [1, new Set(['d0', 'd3'])],
      [2, new Set(['d3', 'd5'])],
    ]);
    const { waveOf, sizes } = planWaves(waves, devices(7), matches);
    expect([...waveOf]).toEqual([2, 1, 1, 2, 4, 3, 4]);
    expect(sizes).toEqual([2, 2, 1, 2]);
  });

  it.each<[string, WaveSize[], number, string[], string, RegExp]>([
    ['too little', [{ percent: 50 }], 10, [], 'waves', /add up to 50 %/],
    ['too much', [{ percent: 60 }, { percent: 50 }], 10, [], 'waves', /add up to 110 %/],
    ['too much beside a count', [{ count: 1 }, { percent: 101 }], 10, [], 'waves', /add up to 101 %/],
    ['an empty one', [{ count: 10 }, { count: 5 }], 10, [], 'waves.1', /would be empty/],
    ['a filter that means nobody', [{ filter: 'x' }, { percent: 100 }], 3, [], 'waves.0.filter', /means none of the 3/],
    ['a rest that nobody takes', [{ count: 1 }, { filter: 'x' }], 3, ['d2'], 'waves', /leave 1 of 3 devices out/],
    ['an empty rest', [{ filter: 'x' }, { percent: 100 }], 1, ['d0'], 'waves.1', /would be empty/],
  ])('refuses %s', (_, waves, count, meant, field, message) => {
    const matches = new Map(waves.flatMap((wave, at) => ('filter' in wave ? [[at, new Set(meant)] as const] : [])));
    const plan = () => planWaves(waves, devices(count), matches);
    expect(plan).toThrow(message);
    expect(plan).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ field })] }));
  });
});
