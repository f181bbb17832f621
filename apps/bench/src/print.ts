import { median } from './statistics';

/** One line of a benchmark's report. */
export const print = (name: string, value: string): void => console.log(`${name.padEnd(28)} ${value}`);

/** A ratio beside its limit. */
export const printRatio = (name: string, ratio: number, limit: string): void =>
  print(name, `${ratio.toFixed(3)} (${limit})`);

/** The median of some rates, and each of them. */
export const rates = (samples: readonly number[]): string =>
  `${median(samples).toFixed(0)} (${samples.map((sample) => sample.toFixed(0)).join(', ')})`;
