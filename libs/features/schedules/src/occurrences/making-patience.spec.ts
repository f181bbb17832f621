import { MakingPatience } from './making-patience';

const OCCURRENCE = new Date('2026-11-28T03:00:00Z');
const after = (seconds: number): Date => new Date(OCCURRENCE.getTime() + 1000 * seconds);

describe('the patience with what cannot be made', () => {
  it('waits twice as long each time, a minute at most, and gives up after an hour', () => {
    const patience = new MakingPatience();
    const waits: number[] = [];
    let seconds = 7_200; // whenever the occurrence was: tries count
    const begin = seconds;
    while (!patience.failed('a', OCCURRENCE, after(seconds))) {
      const from = seconds;
      while (patience.isTooEarly('a', OCCURRENCE, after(seconds))) seconds += 1;
      waits.push(seconds - from);
    }
    expect(waits.slice(0, 7)).toEqual([2, 4, 8, 16, 32, 60, 60]);
    expect(seconds - begin).toBeGreaterThanOrEqual(3_600);
    expect(seconds - begin).toBeLessThan(3_660);
  });

  it('begins anew with another occurrence, and after success', () => {
    const patience = new MakingPatience();
    patience.failed('a', OCCURRENCE, after(0));
    expect(patience.isTooEarly('a', after(60), after(1))).toBe(false);
    expect(patience.isTooEarly('b', OCCURRENCE, after(1))).toBe(false);
    expect(patience.failed('a', after(60), after(4_000))).toBe(false);
    patience.forget('a');
    expect(patience.isTooEarly('a', after(60), after(4_001))).toBe(false);
  });
});
