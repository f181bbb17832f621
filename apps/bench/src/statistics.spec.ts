import { median, percentile } from './statistics';

describe('percentile', () => {
  it('takes the sample at the rank', () => {
    const samples = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect([percentile(samples, 0.5), percentile(samples, 0.99), percentile(samples, 1)]).toEqual([50, 99, 100]);
    expect(median([3, 1, 2])).toBe(2);
  });
});
