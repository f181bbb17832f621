import { planWaves, type WaveSize } from './plan-waves';

describe('planWaves', () => {
  it.each<[WaveSize[], number, number[]]>([
    [[{ percent: 10 }, { percent: 30 }, { percent: 60 }], 50, [5, 15, 30]],
    [[{ percent: 1 }, { percent: 99 }], 3, [1, 2]],
    [[{ count: 2 }, { percent: 50 }, { count: 1 }], 10, [2, 5, 3]],
    [[{ percent: 100 }], 1, [1]],
    [[{ percent: 33.3 }, { percent: 33.3 }, { percent: 33.4 }], 9, [3, 3, 3]],
    [[{ percent: 0.1 }, { percent: 0.2 }, { percent: 99.7 }], 1000, [1, 2, 997]],
  ])('%j over %i devices', (waves, targets, sizes) => {
    expect(planWaves(waves, targets)).toEqual(sizes);
  });

  it.each<[WaveSize[], number, RegExp]>([
    [[{ percent: 50 }], 10, /add up to 50 %/],
    [[{ percent: 60 }, { percent: 50 }], 10, /add up to 110 %/],
    [[{ count: 10 }, { count: 5 }], 10, /waves.1 would be empty/],
  ])('refuses %j over %i devices', (waves, targets, message) => {
    expect(() => planWaves(waves, targets)).toThrow(message);
  });
});
