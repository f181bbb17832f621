import { Combination, keyOf, type ValidationSet } from '@corefleet/validation-set-rules';
import { referenceOf } from './set-wish';

/** Combinations that are kept: devices of a fleet enforce the same few. */
const COMBINATIONS_MOST = 500;

/** Sets whose content is known, and what they mean together: each combination is worked out once. */
export class SetsAtHand {
  private readonly byReference = new Map<string, ValidationSet>();
  private readonly combinations = new Map<string, Combination>();

  constructor(sets: readonly ValidationSet[]) {
    for (const set of sets) this.byReference.set(referenceOf(keyOf(set), set.sequence), set);
  }

  /** Undefined when it is not imported. */
  find(key: string, sequence: number): ValidationSet | undefined {
    return this.byReference.get(referenceOf(key, sequence));
  }

  combine(sets: readonly ValidationSet[]): Combination {
    const name = sets
      .map((set) => referenceOf(keyOf(set), set.sequence))
      .sort()
      .join(' ');
    const known = this.combinations.get(name);
    if (known) return known;
    if (this.combinations.size >= COMBINATIONS_MOST) this.combinations.clear();
    const combination = new Combination(sets);
    this.combinations.set(name, combination);
    return combination;
  }
}
