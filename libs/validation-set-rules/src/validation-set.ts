/** What a set says of a snap or component: it must be, may be, or must not be there. */
export type Presence = 'required' | 'optional' | 'invalid';

/** What a set says of one component. */
export interface Constraint {
  presence: Presence;
  /** The one revision it may be at, as assertions and snapd write it: `"12"`. Any when absent; none where invalid. */
  revision?: string | undefined;
}

/** What a set says of one snap. */
export interface SnapConstraint extends Constraint {
  name: string;
  id?: string | undefined;
  /** By name, without the snap's. */
  components?: Readonly<Record<string, Constraint>> | undefined;
}

/** One sequence of a validation set, as far as verdicts depend on it. */
export interface ValidationSet {
  accountId: string;
  name: string;
  sequence: number;
  snaps: readonly SnapConstraint[];
}

/** `account/name`: what snapd calls the set in its texts, whatever the sequence. */
export const keyOf = ({ accountId, name }: Pick<ValidationSet, 'accountId' | 'name'>): string => `${accountId}/${name}`;

/**
 * The sets in force once `added` are: of each `account/name` one sequence, the last one added. The order of the others
 * stays, and adding the same again changes nothing.
 */
export function unionOf(enforced: readonly ValidationSet[], added: readonly ValidationSet[]): ValidationSet[] {
  const byKey = new Map<string, ValidationSet>();
  for (const set of [...enforced, ...added]) byKey.set(keyOf(set), set);
  return [...byKey.values()];
}
