import type { SnapConstraint, ValidationSet } from '../validation-set';

/** A set `acme/<name>` at a sequence, 1 unless said. */
export const aSet = (name: string, snaps: readonly SnapConstraint[], sequence = 1): ValidationSet => ({
  accountId: 'acme',
  name,
  sequence,
  snaps,
});

/** `required`, `optional@2`, `invalid`: a constraint in a word. */
export function constraint(word: string): Pick<SnapConstraint, 'presence' | 'revision'> {
  const [presence = '', revision] = word.split('@');
  return { presence: presence as SnapConstraint['presence'], ...(revision !== undefined && { revision }) };
}

/** Sets `acme/a`, `acme/b` … of which each says its word of snap `x`. */
export const saying = (...words: readonly string[]): ValidationSet[] =>
  words.map((word, at) => aSet('abcdef'[at] ?? '', [{ name: 'x', ...constraint(word) }]));
