/**
 * Which systems of ours go when at most so many are kept. Ours alone, oldest first, and each only when the device is no
 * worse off without it:
 *
 * | a system of ours is               | and then                                                        |
 * | --------------------------------- | --------------------------------------------------------------- |
 * | one of the newest `keep`          | kept                                                            |
 * | the current one                   | kept: snapd refuses it                                          |
 * | the default one                   | kept: snapd refuses it                                          |
 * | the last one                      | kept: snapd refuses it                                          |
 * | the only one known to be tested   | kept: snapd would remove it, and nobody would know what works   |
 * | any other                         | removed                                                         |
 *
 * Steps run in order and end at the first failure, so a creation that fails prunes nothing.
 */

export interface KeptSystem {
  readonly label: string;
  readonly ours: boolean;
  readonly current: boolean;
  readonly default: boolean;
  /** Known to have been booted; not knowing counts as untested. */
  readonly tested: boolean;
  /** null when nobody knows; always known of ours. */
  readonly madeAt: Date | null;
}

/** The system that will have been made before the first removal. */
export interface Making {
  readonly label: string;
  readonly test: boolean;
  readonly markDefault: boolean;
}

export interface Pruning {
  /** Labels to remove, in order. */
  readonly remove: readonly string[];
  /** Those above `keep` that stay, and why. */
  readonly stay: readonly { readonly label: string; readonly why: string }[];
}

/**
 * Pure: what to remove, once `making` is there, or when nothing has to be made.
 * @param keep systems of ours to keep, the new one included (>= 1)
 * @param now when `making` is made: it is the newest
 */
export function prune(systems: readonly KeptSystem[], keep: number, making: Making | undefined, now: Date): Pruning {
  let left = making ? withMade(systems, making, now) : [...systems];
  const remove: string[] = [];
  const stay: { label: string; why: string }[] = [];
  const ours = left.filter((system) => system.ours).sort(newestFirst);
  for (const system of ours.slice(Math.max(keep, 1)).reverse()) {
    const why = whyStays(system, left);
    if (why !== undefined) stay.push({ label: system.label, why });
    else {
      remove.push(system.label);
      left = left.filter(({ label }) => label !== system.label);
    }
  }
  return { remove, stay };
}

function withMade(systems: readonly KeptSystem[], { label, test, markDefault }: Making, madeAt: Date): KeptSystem[] {
  const others = systems.map((system) => ({ ...system, default: system.default && !markDefault }));
  return [...others, { label, ours: true, current: false, default: markDefault, tested: test, madeAt }];
}

function whyStays(system: KeptSystem, left: readonly KeptSystem[]): string | undefined {
  if (system.current) return 'it is the current one';
  if (system.default) return 'it is the default one';
  const others = left.filter(({ label }) => label !== system.label);
  if (others.length === 0) return 'it is the last one';
  if (system.tested && !others.some(({ tested }) => tested)) return 'it is the only tested one';
  return undefined;
}

/** By when they were made; the label decides between equals, so that the order is always the same. */
function newestFirst(a: KeptSystem, b: KeptSystem): number {
  const apart = (b.madeAt?.getTime() ?? 0) - (a.madeAt?.getTime() ?? 0);
  return apart !== 0 ? apart : b.label < a.label ? -1 : 1;
}
