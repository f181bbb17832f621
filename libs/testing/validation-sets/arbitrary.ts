import fc from 'fast-check';
import type {
  Constraint,
  InstalledSnap,
  Presence,
  SnapConstraint,
  ValidationSet,
} from '@corefleet/validation-set-rules';

/** The snaps that generated sets and devices are about. Of `xx` there are components. */
export const SNAPS = ['xx', 'yy', 'zz'] as const;

/** The components of `x`. */
export const COMPONENTS = ['cc', 'dd'] as const;

/** The revisions there are of each snap, ascending. */
export const REVISIONS = ['1', '2', '10'] as const;

/** What the store's stable channel has. */
export const NEWEST: (typeof REVISIONS)[number] = '10';

/** The id of a generated snap. */
export const idOf = (name: string): string => name.repeat(16);

/** The revision of every component that comes with a snap's revision. */
export const componentRevision = (snapRevision: string): string => String(Number(snapRevision) + 20);

const presences = fc.constantFrom<Presence>('required', 'required', 'optional', 'optional', 'invalid');

const constraints = (revisions: readonly string[]): fc.Arbitrary<Constraint> =>
  fc
    .tuple(presences, fc.option(fc.constantFrom(...revisions), { nil: undefined }))
    .map(([presence, revision]) => (presence === 'invalid' || !revision ? { presence } : { presence, revision }));

// A component names a revision exactly where its snap does.
const componentsOf = ({ presence, revision }: Constraint): fc.Arbitrary<Record<string, Constraint>> =>
  presence === 'invalid'
    ? fc.constant({})
    : fc
        .dictionary(fc.constantFrom(...COMPONENTS), presences, { maxKeys: 2 })
        .map((said) =>
          Object.fromEntries(
            Object.entries(said).map(([name, of]) => [
              name,
              of === 'invalid' || !revision
                ? { presence: of }
                : { presence: of, revision: componentRevision(revision) },
            ]),
          ),
        );

const snaps: fc.Arbitrary<SnapConstraint> = fc.constantFrom(...SNAPS).chain((name) =>
  constraints(REVISIONS).chain((said) =>
    (name === 'xx' ? componentsOf(said) : fc.constant<Record<string, Constraint>>({})).map((components) => ({
      ...{ name, id: idOf(name), ...said },
      ...(Object.keys(components).length > 0 && { components }),
    })),
  ),
);

/** A sequence of one of the sets `acme/<name>`. */
export const validationSets = (...names: readonly string[]): fc.Arbitrary<ValidationSet> =>
  fc.record({
    accountId: fc.constant('acme'),
    name: fc.constantFrom(...names),
    sequence: fc.integer({ min: 1, max: 3 }),
    snaps: fc.uniqueArray(snaps, { selector: ({ name }) => name, minLength: 1, maxLength: 3 }),
  });

/** An installed one of the snaps, with the components that were published with its revision. */
const installedSnaps: fc.Arbitrary<InstalledSnap> = fc
  .record({
    name: fc.constantFrom(...SNAPS),
    revision: fc.constantFrom(...REVISIONS),
    ignoreValidation: fc.constantFrom(false, false, false, true),
    components: fc.subarray([...COMPONENTS]),
  })
  .map(({ name, revision, ignoreValidation, components }) => ({
    ...{ name, id: idOf(name), revision, ignoreValidation },
    components: Object.fromEntries(name === 'xx' ? components.map((one) => [one, componentRevision(revision)]) : []),
  }));

/** What is installed on a device. */
export const devices: fc.Arbitrary<InstalledSnap[]> = fc.uniqueArray(installedSnaps, { selector: ({ name }) => name });

/** A device, sets that it shall enforce one after the other, and a new one. */
export interface World {
  installed: InstalledSnap[];
  enforced: ValidationSet[];
  wanted: ValidationSet;
}

/** Worlds in which the new set is a sequence of an enforced one as often as not. */
export const worlds: fc.Arbitrary<World> = fc
  .record({
    installed: devices,
    enforced: fc.array(validationSets('a', 'b', 'c'), { maxLength: 3 }),
    wanted: validationSets('a', 'd'),
  })
  .map(published);

/** A sequence that comes twice says the same twice. */
function published({ installed, enforced, wanted }: World): World {
  const byReference = new Map<string, ValidationSet>();
  const first = (set: ValidationSet): ValidationSet => {
    const reference = `${set.accountId}/${set.name}=${set.sequence}`;
    const known = byReference.get(reference) ?? set;
    byReference.set(reference, known);
    return known;
  };
  return { installed, enforced: enforced.map(first), wanted: first(wanted) };
}
