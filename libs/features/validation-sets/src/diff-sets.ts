import type { Constraint, SnapConstraint } from '@corefleet/validation-set-rules';

/** What of one snap or component is said otherwise; a side is absent where nothing is said of it. */
export interface ConstraintDiff {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly from?: Constraint;
  readonly to?: Constraint;
}

/** The same of a snap, with its components. A snap whose components alone differ has equal sides. */
export interface SnapDiff extends ConstraintDiff {
  readonly components: ConstraintDiff[];
}

/** What the second sequence says otherwise than the first, by name. A snap is the same by its id, as in snapd. */
export function diffSets(from: readonly SnapConstraint[], to: readonly SnapConstraint[]): SnapDiff[] {
  const before = new Map(from.map((snap) => [idOf(snap), snap]));
  const after = new Map(to.map((snap) => [idOf(snap), snap]));
  const diffs = [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const [a, b] = [before.get(id), after.get(id)];
    const components = diffComponents(a?.components ?? {}, b?.components ?? {});
    const diff = diffOne(b?.name ?? a?.name ?? id, a, b);
    if (diff) return [{ ...diff, components }];
    return components.length > 0 ? [{ ...sides(b?.name ?? id, 'changed', a, b), components }] : [];
  });
  return diffs.sort(byName);
}

const idOf = ({ id, name }: SnapConstraint): string => id ?? name;

type Components = Readonly<Record<string, Constraint>>;

function diffComponents(from: Components, to: Components): ConstraintDiff[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name) => diffOne(name, from[name], to[name]) ?? []).sort(byName);
}

function diffOne(name: string, from: Constraint | undefined, to: Constraint | undefined): ConstraintDiff | undefined {
  if (from && to && from.presence === to.presence && from.revision === to.revision) return undefined;
  return sides(name, from ? (to ? 'changed' : 'removed') : 'added', from, to);
}

const sides = (
  name: string,
  change: ConstraintDiff['change'],
  from: Constraint | undefined,
  to: Constraint | undefined,
): ConstraintDiff => ({ name, change, ...(from && { from: plain(from) }), ...(to && { to: plain(to) }) });

const plain = ({ presence, revision }: Constraint): Constraint => ({
  presence,
  ...(revision !== undefined && { revision }),
});

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
