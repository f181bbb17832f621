import type { FilterGroup } from './condition-sql';
import { termsOf, type Expression } from './expression';

/** A group that a filter names. */
export interface GroupReference {
  readonly name: string;
  /** Offset into the filter that names it. */
  readonly position: number;
}

/** The groups an expression names itself, in its order. */
export function groupsNamedIn(expression: Expression): GroupReference[] {
  return termsOf(expression).flatMap(({ field, test }) => {
    if (field.of !== 'group' || test.is !== 'equal') return [];
    return test.values.flatMap((value) =>
      value.kind === 'text' ? [{ name: value.text, position: value.position }] : [],
    );
  });
}

/**
 * What an expression comes to with its groups in place.
 * @param groups every group it names, and those that these name in turn
 * @returns its number of terms, or the way on which a group refers to itself, its name first and last
 */
export function expand(
  expression: Expression,
  groups: ReadonlyMap<string, FilterGroup>,
): { readonly terms: number } | { readonly cycle: readonly string[] } {
  const counted = new Map<string, number>();
  const way: string[] = [];

  const visit = (part: Expression): number => {
    let terms = termsOf(part).length;
    for (const { name } of groupsNamedIn(part)) terms += visitGroup(name);
    return terms;
  };
  const visitGroup = (name: string): number => {
    const known = counted.get(name);
    if (known !== undefined) return known;
    if (way.includes(name)) throw new Cycle([...way.slice(way.indexOf(name)), name]);
    const filter = groups.get(name)?.filter;
    way.push(name);
    const terms = filter ? visit(filter) : 0;
    way.pop();
    counted.set(name, terms);
    return terms;
  };

  try {
    return { terms: visit(expression) };
  } catch (error) {
    if (error instanceof Cycle) return { cycle: error.names };
    throw error;
  }
}

class Cycle extends Error {
  constructor(readonly names: readonly string[]) {
    super('a group refers to itself');
  }
}
