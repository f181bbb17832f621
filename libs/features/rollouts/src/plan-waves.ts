import { InvalidRequestError } from '@corefleet/platform/errors';

/** A wave as the operator asks for it. */
export type WaveSize = { readonly percent: number } | { readonly count: number };

/** Percentages may be fractions, and fractions add up to 100 only nearly. */
const ROUNDING = 1e-6;

/**
 * Devices in each wave. A percentage is of all targets, rounded up. Waves that are all percentages must add up to 100;
 * otherwise the last wave takes whoever is left.
 * @throws InvalidRequestError when the waves do not add up, or one would be empty
 */
export function planWaves(waves: readonly WaveSize[], targets: number): number[] {
  const percent = waves.reduce((total, wave) => total + ('percent' in wave ? wave.percent : 0), 0);
  const allPercent = waves.every((wave) => 'percent' in wave);
  const over = percent > 100 + ROUNDING;
  const short = allPercent && percent < 100 - ROUNDING;
  if (over || short) throw wrong('waves', `add up to ${percent} %, must be 100 %`);
  let left = targets;
  return waves.map((wave, at) => {
    const asked = 'percent' in wave ? Math.ceil((wave.percent * targets) / 100) : wave.count;
    const size = at === waves.length - 1 ? left : Math.min(asked, left);
    if (size === 0) throw wrong(`waves.${at}`, `would be empty: the waves before it take all ${targets} devices`);
    left -= size;
    return size;
  });
}

function wrong(field: string, message: string): InvalidRequestError {
  return new InvalidRequestError(`cannot plan waves: ${field} ${message}`, [{ field, message }]);
}
