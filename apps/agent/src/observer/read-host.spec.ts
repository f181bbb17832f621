import { statfs } from 'node:fs/promises';
import { roundedFree, readHost } from './read-host';

const GIB = 2 ** 30;

describe('readHost', () => {
  it('tells the time zone, and the disk of the directory', async () => {
    const { timeZone, disk } = await readHost(__dirname);
    expect(Intl.supportedValuesOf('timeZone').concat('UTC')).toContain(timeZone);
    const { bsize, blocks } = await statfs(__dirname);
    expect(disk.total).toBe(bsize * blocks);
    expect(disk.free).toBeLessThanOrEqual(disk.total);
  });

  it('fails for a directory that is not there', async () => {
    await expect(readHost('/nowhere/at/all')).rejects.toThrow('ENOENT');
  });
});

it.each([
  [4 * GIB, 32 * GIB, 4 * GIB],
  [4 * GIB - 1, 32 * GIB, 3.5 * GIB],
  [4 * GIB + 300_000_000, 32 * GIB, 4 * GIB],
  [32 * GIB, 32 * GIB, 32 * GIB],
  [0, 32 * GIB, 0],
  [7, 10, 7],
  [0, 0, 0],
])('tells %d free of %d as %d', (free, total, expected) => {
  expect(roundedFree(free, total)).toBe(expected);
});
