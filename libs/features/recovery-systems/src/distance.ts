/**
 * What a recovery system was made of, and how far that is from what the device runs now. A system is made of the sets
 * that were asked for and of the snaps that were installed; a set that the model lists and the device enforced wins over
 * the sequence that was asked for (snapd devicestate, api_systems.go). What was not kept is not guessed.
 */

/** A validation set as a device tracks it. */
export interface TrackedSet {
  /** `account/name` */
  readonly key: string;
  readonly sequence: number;
  readonly mode: string;
  /** Whether the device's model lists it. */
  readonly ofModel: boolean;
}

/** What a device had when a system was made, or has now. */
export interface Runs {
  readonly sets: readonly TrackedSet[];
  /** Revisions of the active snaps that the model names; undefined when they are not known. */
  readonly snaps: ReadonlyMap<string, string> | undefined;
}

export interface MadeOf {
  /** Sequence by `account/name`; undefined where snapd took the latest of a store, which it does not tell. */
  readonly sets: ReadonlyMap<string, number | undefined>;
  readonly snaps: ReadonlyMap<string, string> | undefined;
}

export interface Distance {
  /** Sequences that the set furthest ahead is past the system; below 0 when the system is newer; null when not known. */
  readonly behind: number | null;
  /** The set that says so. */
  readonly set: string | null;
  /** Snaps that run at another revision than the system has; null when not known. */
  readonly differing: number | null;
  /** The same for people: `recovery is 14 sequences behind running (acme/base: made of 1, runs 15)`. */
  readonly words: string;
}

/**
 * Pure: what a system of ours was made of.
 * @param asked `account/name[=sequence]` of the command that made it
 * @param then what the device ran when it was made; undefined when that was not kept
 */
export function madeOf(asked: readonly string[], then: Runs | undefined): MadeOf {
  const enforced = (then?.sets ?? []).filter(({ mode }) => mode === 'enforce');
  const sets = new Map<string, number | undefined>(enforced.map(({ key, sequence }) => [key, sequence]));
  let asInstalled = true;
  for (const text of asked) {
    const [key = '', sequence] = text.split('=');
    const own = enforced.find((set) => set.key === key);
    if (own?.ofModel) continue;
    const wanted = sequence === undefined ? undefined : Number(sequence);
    asInstalled &&= own !== undefined && own.sequence === wanted;
    sets.set(key, wanted);
  }
  return { sets, snaps: asInstalled ? then?.snaps : undefined };
}

/** Pure: how far what the device runs is from what the system was made of. */
export function distanceOf(made: MadeOf, now: Runs): Distance {
  const gaps = [...made.sets].flatMap(([set, sequence]) => {
    const runs = now.sets.find(({ key }) => key === set)?.sequence;
    return sequence === undefined || runs === undefined ? [] : [{ set, sequence, runs, behind: runs - sequence }];
  });
  const [widest] = gaps.sort((a, b) => b.behind - a.behind);
  const differing = differingSnaps(made, now);
  const known = { behind: widest?.behind ?? null, set: widest?.set ?? null, differing };
  const words = [...(widest ? [sequenceWords(widest)] : []), ...revisionWords(differing, made, widest !== undefined)];
  return { ...known, words: words.length > 0 ? words.join('; ') : UNKNOWN };
}

/** Of a system nobody knows the making of. */
export const unknownDistance = (why: string): Distance => ({
  ...{ behind: null, set: null, differing: null },
  words: `the distance from running is not known: ${why}`,
});

/** Whether the system has all that the device runs, as far as it can be known; not knowing anything is not fresh. */
export function isFresh({ behind, differing }: Distance): boolean {
  if (behind === null) return differing === 0;
  return behind === 0 && (differing ?? 0) === 0;
}

const UNKNOWN = unknownDistance('neither a sequence nor revisions of its making were kept').words;

function differingSnaps(made: MadeOf, now: Runs): number | null {
  const running = now.snaps;
  if (!made.snaps || !running) return null;
  return [...made.snaps].filter(([name, revision]) => running.get(name) !== revision).length;
}

function sequenceWords(gap: { set: string; sequence: number; runs: number; behind: number }): string {
  if (gap.behind === 0) return `recovery is as running (${gap.set}=${gap.runs})`;
  const apart = `${Math.abs(gap.behind)} ${Math.abs(gap.behind) === 1 ? 'sequence' : 'sequences'}`;
  const where = gap.behind > 0 ? 'behind' : 'ahead of';
  return `recovery is ${apart} ${where} running (${gap.set}: made of ${gap.sequence}, runs ${gap.runs})`;
}

function revisionWords(differing: number | null, { snaps }: MadeOf, besides: boolean): string[] {
  if (differing === null || (differing === 0 && besides)) return [];
  if (differing === 0) return ['recovery is as running'];
  return [`${differing} of the ${snaps?.size ?? 0} snaps in recovery run at other revisions`];
}
