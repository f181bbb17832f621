import {
  combineSets,
  findAmong,
  unmetBy,
  type CombinedSnap,
  type InstalledSnap,
  type Lack,
  type Lacks,
  type ValidationSet,
} from '@corefleet/validation-set-rules';

/** Why a device is not as a set wants it. */
export interface Reason {
  readonly kind: 'sequence' | 'missing' | 'must-not-be-there' | 'wrong-revision' | 'not-known';
  /** Of a snap, or `snap+component`; absent when it is about the set. */
  readonly name?: string;
  readonly found?: string;
  readonly wanted?: string;
  /** The same for people: `snap "app" at 12, wants 14`. */
  readonly words: string;
}

/** What is known of one device and one set. */
export interface Judged {
  /** The sequence the device tracks. */
  readonly sequence: number | null;
  /** The sequence that is asked for; null: whichever the device tracks. */
  readonly asked: number | null;
  /** What the sequence asked for says; undefined when it is not imported. */
  readonly content: ValidationSet | undefined;
  /** Undefined when the device has not said it. */
  readonly installed: readonly InstalledSnap[] | undefined;
}

/**
 * Pure: why a device that tracks a set is not as the set wants it. snapd's own word says that it is not; where the reasons
 * cannot be known, that is the reason.
 */
export function reasonsOf({ sequence, asked, content, installed }: Judged): Reason[] {
  const wanted = asked ?? sequence;
  const other: Reason[] = asked === null || asked === sequence ? [] : [otherSequence(sequence, asked)];
  if (!content) {
    return [
      ...other,
      { kind: 'not-known', words: `sequence ${wanted ?? '?'} is not imported, so what it asks for is not known` },
    ];
  }
  if (!installed) return [...other, { kind: 'not-known', words: 'the device has not said which snaps it has' }];
  const { snaps, components } = unmetBy(alone(content), findAmong(installed), { passOverIgnored: false });
  return [...other, ...lacks(snaps), ...lacks(components)];
}

const combined = new WeakMap<ValidationSet, readonly CombinedSnap[]>();

/** The set taken by itself: once for all the devices that are held against it. */
function alone(content: ValidationSet): readonly CombinedSnap[] {
  const known = combined.get(content) ?? combineSets([content]);
  combined.set(content, known);
  return known;
}

function otherSequence(sequence: number | null, asked: number): Reason {
  const wanted = String(asked);
  if (sequence === null) return { kind: 'sequence', wanted, words: `at no sequence, wants ${wanted}` };
  return { kind: 'sequence', found: String(sequence), wanted, words: `at sequence ${sequence}, wants ${wanted}` };
}

const lacks = ({ missing, invalid, wrongRevision }: Lacks): Reason[] => [
  ...wrongRevision.map((lack) =>
    reason('wrong-revision', lack, ` at ${lack.found ?? '?'}, wants ${lack.wanted ?? '?'}`),
  ),
  ...missing.map((lack) =>
    reason('missing', lack, lack.wanted === undefined ? ' missing' : ` missing, wants ${lack.wanted}`),
  ),
  ...invalid.map((lack) => reason('must-not-be-there', lack, ` at ${lack.found ?? '?'} must not be there`)),
];

function reason(kind: Reason['kind'], { snap, component, found, wanted }: Lack, words: string): Reason {
  const name = component === undefined ? snap : `${snap}+${component}`;
  return {
    ...{ kind, name },
    ...(found !== undefined && { found }),
    ...(wanted !== undefined && { wanted }),
    words: `${component === undefined ? 'snap' : 'component'} "${name}"${words}`,
  };
}
