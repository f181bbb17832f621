import type { ValidationSet as StatedSet, ValidationSetSnap } from '@corefleet/assertions';
import type { Constraint, SnapConstraint } from '@corefleet/validation-set-rules';

/** What a set says of its snaps, as the rules take it: revisions are texts, as snapd writes them. */
export const constraintsOf = ({ snaps }: Pick<StatedSet, 'snaps'>): SnapConstraint[] => snaps.map(constraintOf);

function constraintOf({ name, id, components, ...constraint }: ValidationSetSnap): SnapConstraint {
  const said = Object.entries(components ?? {}).map(([component, about]) => [component, withText(about)] as const);
  return { name, id, ...withText(constraint), ...(said.length > 0 && { components: Object.fromEntries(said) }) };
}

const withText = ({ presence, revision }: Pick<ValidationSetSnap, 'presence' | 'revision'>): Constraint => ({
  presence,
  ...(revision !== undefined && { revision: String(revision) }),
});
