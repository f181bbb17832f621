import { createHash } from 'node:crypto';

const STEPS = 2 ** 48;

/** A number from 0 to below 1 made of a key: the same key gives the same, and keys are spread evenly. */
export function fractionOf(key: readonly string[]): number {
  return createHash('sha256').update(JSON.stringify(key)).digest().readUIntBE(0, 6) / STEPS;
}

/**
 * Whole seconds from 0 to `mostSeconds`, spread by a key: who asks again, in any process, gets the same.
 * @param key what is spread and, where each occurrence shall differ, which occurrence
 */
export function jitterSeconds(mostSeconds: number, key: readonly string[]): number {
  return Math.floor(fractionOf(key) * (mostSeconds + 1));
}
