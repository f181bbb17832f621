import {
  findAmong,
  keyOf,
  unionOf,
  unmetBy,
  type Action,
  type Combination,
  type Conflict,
  type FindInstalled,
  type Lacks,
  type ValidationSet,
} from '@corefleet/validation-set-rules';
import type { KnownDevice } from './device-now';
import type { SetsAtHand } from './sets-at-hand';
import { referenceOf, type SetWish } from './set-wish';

/** What enforcing a set means for a device. */
export type Changes =
  | {
      readonly kind: 'possible';
      readonly actions: readonly Action[];
      /** Snaps that are not as the set wants them, and held to no set: snapd enforces past them and calls it not valid. */
      readonly ignored: readonly string[];
    }
  | { readonly kind: 'conflict'; readonly conflicts: readonly Conflict[] }
  /** The device enforces sets that are not imported: nobody knows what they ask for. */
  | { readonly kind: 'unknown'; readonly references: readonly string[] };

/** What has to happen so that the wished set, and all others that the device enforces, are met: snapd's own verdict. */
export function changesOf(device: KnownDevice, wanted: ValidationSet, at: SetsAtHand): Changes {
  const others = device.sets.filter(({ key, mode }) => mode === 'enforce' && key !== keyOf(wanted));
  const unknown = others.filter(({ key, sequence }) => at.find(key, sequence) === undefined);
  if (unknown.length > 0) {
    return { kind: 'unknown', references: unknown.map(({ key, sequence }) => referenceOf(key, sequence)) };
  }
  const enforced = others.flatMap(({ key, sequence }) => at.find(key, sequence) ?? []);
  const find = findAmong(device.snaps);
  const verdict = at.combine(unionOf(enforced, [wanted])).refreshOn(find);
  if (verdict.kind === 'conflict') return verdict;
  return { kind: 'possible', actions: verdict.actions, ignored: ignoredIn(device, at.combine([wanted]), find) };
}

function ignoredIn({ snaps }: KnownDevice, { snaps: alone }: Combination, find: FindInstalled): string[] {
  const ignored = new Set(snaps.flatMap(({ name, ignoreValidation }) => (ignoreValidation ? [name] : [])));
  if (ignored.size === 0) return [];
  const lacks = Object.values(unmetBy(alone, find, { passOverIgnored: false })).flatMap(
    ({ missing, invalid, wrongRevision }: Lacks) => [...missing, ...invalid, ...wrongRevision],
  );
  return [...new Set(lacks.map(({ snap }) => snap))].filter((snap) => ignored.has(snap));
}

/** The snaps, not components, of the actions of a kind. */
export const snapsThat = (kind: Action['kind'], actions: readonly Action[]): string[] =>
  actions.flatMap((action) => (action.kind === kind && action.component === undefined ? [action.snap] : []));

/** Components of snaps that stay, by snap, of the actions of a kind. */
export function componentsThat(kind: Action['kind'], actions: readonly Action[]): Map<string, string[]> {
  const bySnap = new Map<string, string[]>();
  for (const { kind: does, snap, component } of actions) {
    if (does === kind && component !== undefined) bySnap.set(snap, [...(bySnap.get(snap) ?? []), component]);
  }
  return bySnap;
}

/** Whether the device has the wish already. */
export function isAsWished({ sets }: KnownDevice, wish: SetWish, actions: readonly Action[]): boolean {
  const tracked = sets.find(({ key }) => key === wish.key);
  if (wish.mode === 'forget') return tracked === undefined;
  if (tracked?.mode !== wish.mode || tracked.sequence !== wish.set?.sequence) return false;
  const pin = wish.followLatest ? undefined : wish.set.sequence;
  return tracked.pinnedAt === pin && actions.length === 0;
}
