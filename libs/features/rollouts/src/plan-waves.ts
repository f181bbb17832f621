import type { WaveSize } from '@corefleet/contracts/http';
import { InvalidRequestError } from '@corefleet/platform/errors';

/** Percentages may be fractions, and fractions add up to 100 only nearly. */
const ROUNDING = 1e-6;

/** Which wave each device is in, from 1, and how many devices each wave has. */
export interface PlannedWaves {
  /** In the order of the devices. */
  readonly waveOf: Uint8Array;
  readonly sizes: readonly number[];
}

/**
 * Divides the devices among the waves, in their order. Waves by filter take whom they mean first, and a device that two of
 * them mean goes to the first; waves by count or percent (of all devices, rounded up) take from the rest. Waves that are all
 * percentages must add up to 100; otherwise the last wave takes whoever is left.
 * @param matches for each wave by filter, by its place from 0: the devices that its filter means
 * @throws InvalidRequestError when the waves do not add up, one would be empty, or devices would be in none
 */
export function planWaves(
  waves: readonly WaveSize[],
  deviceIds: readonly string[],
  matches: ReadonlyMap<number, ReadonlySet<string>> = new Map(),
): PlannedWaves {
  requireSum(waves);
  const waveOf = new Uint8Array(deviceIds.length);
  const sizes = waves.map((_, at) => takeMatches(waveOf, deviceIds, at, matches.get(at)));
  let next = 0;
  let left = deviceIds.length - sizes.reduce((total, size) => total + size, 0);
  waves.forEach((wave, at) => {
    if ('filter' in wave) return;
    const asked = 'percent' in wave ? Math.ceil((wave.percent * deviceIds.length) / 100) : wave.count;
    const size = at === waves.length - 1 ? left : Math.min(asked, left);
    for (let taken = 0; taken < size; next += 1) {
      if (waveOf[next] !== 0) continue;
      waveOf[next] = at + 1;
      taken += 1;
    }
    sizes[at] = size;
    left -= size;
  });
  requireAll(waves, sizes, left, deviceIds.length);
  return { waveOf, sizes };
}

function takeMatches(
  waveOf: Uint8Array,
  deviceIds: readonly string[],
  at: number,
  matches?: ReadonlySet<string>,
): number {
  if (!matches) return 0;
  let size = 0;
  deviceIds.forEach((deviceId, index) => {
    if (waveOf[index] !== 0 || !matches.has(deviceId)) return;
    waveOf[index] = at + 1;
    size += 1;
  });
  return size;
}

function requireSum(waves: readonly WaveSize[]): void {
  const percent = waves.reduce((total, wave) => total + ('percent' in wave ? wave.percent : 0), 0);
  const allPercent = waves.every((wave) => 'percent' in wave);
  const over = percent > 100 + ROUNDING;
  const short = allPercent && percent < 100 - ROUNDING;
  if (over || short) throw wrong('waves', `add up to ${Number(percent.toFixed(6))} %, must be 100 %`);
}

function requireAll(waves: readonly WaveSize[], sizes: readonly number[], left: number, devices: number): void {
  const empty = sizes.indexOf(0);
  if (empty >= 0) {
    const isFilter = 'filter' in (waves[empty] ?? {});
    throw wrong(
      isFilter ? `waves.${empty}.filter` : `waves.${empty}`,
      isFilter
        ? `means none of the ${devices} devices that would change and are in no filtered wave before it`
        : `would be empty: the other waves take all ${devices} devices that would change`,
    );
  }
  if (left > 0)
    throw wrong(
      'waves',
      `leave ${left} of ${devices} devices out: end with a wave for the rest, like {"percent": 100}`,
    );
}

function wrong(field: string, message: string): InvalidRequestError {
  return new InvalidRequestError(`cannot plan waves: ${field} ${message}`, [{ field, message }]);
}
