import { silence } from './silence';

it.each([
  [0, 'fine'],
  [1_000, 'fine'],
  [1_001, 'ping'],
  [3_000, 'ping'],
  [3_001, 'gone'],
])('calls an agent quiet for %i ms at a beat of 1000 ms %s', (quietMs, verdict) => {
  expect(silence(5_000, 5_000 + quietMs, 1_000)).toBe(verdict);
});
